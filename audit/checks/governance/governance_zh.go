package governance

const docZh = `模型治理

将审计方案登记的模型（文件、摘要、训练期间、在用时间）与其评分的决策逐一核对。一行记录属
于其 model_version 与产品所对应的模型；导出没有 model_version 列的，属于当时在用的模
型。测试记录，以及既无版本又无评分的记录，不参与核对。

  V1  在用期之外    决策时模型尚未上线（deployed），或已经下线（retired）：在用期为
                    [deployed, retired)。未登记 deployed 的，模型不可能在训练数据截止
                    之前评分
  V2  产品不符      审计方案中有该版本，但只用于其他产品
  V3  就地改动      模型文件的 SHA-256 与登记的摘要（sha256）不一致
  V4  同一文件      两个版本的文件逐字节相同
  V5  缺失          输入的缺失率与训练数据（training_missing）相差 missing_shift（0.05）
                    或以上，且并非偶然
  V6  未训练取值    输入的数值超出训练数据的范围，或类别未曾在训练数据中出现（或过于稀
                    少），占记录的 0.02 或以上；以模型文件所载为准（LightGBM）
  V7  恒定          输入在所有记录中取值相同或均为空：1000 行或以上
  V8  陈旧          决策时模型已超过 max_age_months（18）：自 trained_to 起、否则自
                    deployed 起的整月数

此外列为指标的有：各版本的记录（version_share），审计方案中没有的版本与未记录版本的评分
（unknown_version、unnamed_version；其发现由 scorematch 给出），两个版本对同一产品同日
评分的天数（version_overlap_days），各输入有值的记录占比（input_coverage），输入缺失且
无法复算的记录（lost_to_input），决策时的模型月龄（model_age_months_min、_median、
_max），以及导出含有 <feature>__available_at 时，特征在决策时的天龄
（snapshot_age_days、snapshot_old）。决策之后才可用的特征见 ingest 的
feature_after_decision。

占比附 Wilson 区间。missing_shift 的区间为 Wilson 区间减去训练数据的占比（视为已知），
其检验为对该占比的得分检验。单个时期不做检验：其区间按时期数放宽（Bonferroni），且须不
含 0。覆盖、缺失率与范围只看有记录评分的行。政策版本是否有效由 unexplaineddenial 核对
（D3）。

额度评估的评分（表 limits）同样核对，相应指标的名称以 limit_ 开头。

结果判定一律为 INDETERMINATE（无法判定）：此处的发现使评分不那么可信，但不说明任何一笔
决策。局限：摘要登记之前已被改动的文件看似经过批准；记录写明某版本，并不证明确由该版本
评分（见 scorematch）。

来源：领域设计 R4.4；SR 26-2 与商业银行互联网贷款管理暂行办法均要求建立模型及版本清单，
并监测其输入。`
