package reason

const docZh = `与拒绝不符的原因

将拒绝（outcome 为 denied，或因额度的某一项约束而为 approved_lower）所告知的原因，与
真正起决定作用的因素核对：以该笔记录的政策版本和复算评分进行复算。只判断系统自动作
出、有具体原因代码、复算结果与记录相同、且评分与分数线之差不在模型容差以内的决定。
测试记录、预筛、人工决定、引擎故障、欺诈管控及其他豁免披露的拒绝，以及记录评分与模
型不符的拒绝，均不参与判断，各自单独计数。未告知、逾期告知和笼统的原因由
unexplaineddenial 判断。

原因取 reasons_shown，没有的取 reasons。代码代表方案的原因目录为其列出的特征和规则；
政策在某规则的 reasons 中列有该代码的，或代码代表该规则所看的因素的，也视为代表该规则。

符合下列任一项的，所告知的原因为 WRONG（规则 R0.4）：

	UNSCORED           因评分被拒：代码所代表的内容，模型和已触发的规则均未使用
	KNOCKOUT_HIDDEN    因硬性拒绝、数据、冷静期或额度规则被拒：没有代码代表该规则
	WRONG_STAGE        代码代表的规则并未触发；或者由其他规则（偿债能力等）拒绝，
	                   而只告知了评分的因素
	NON_ADVERSE        因评分被拒：代码所代表的特征，按任何方法均无差距
	OMITTED_PRINCIPAL  因评分被拒：某特征占全部差距的 principal_share 或以上，而没有代码
	                   代表它；以模型文件声明的方法为准，没有声明的，须按所有方法均成立

以最先符合的一项为原因，符合的全部列出。存疑时从宽：另有规则单独即足以拒绝的，告知该
规则不算错；缺少所需信息的规则视为可能已触发；目录中没有的代码，或其规则不在该政策
之内的代码，视为可能代表未告知的因素；目录中没有任何代码代表的因素，无从以代码告知。

特征的差距 = 参照值 - 该特征的得分项，并调整方向，使不利于申请人的为正；评分卡以分值
计，其他模型以对边际值的贡献计。同一特征的两个输入相加。相同时按名称排序。各方法的
参照值：

	declared      模型文件声明的参照值，须每个输入都有
	best          任何取值所能得到的最高值；没有上限的，取申请人中出现过的最高值
	near_cutoff   恰在分数线上、或高出不超过 near_cutoff_points 的申请人的均值
	              （已知使几率翻倍的分值的，以该分值为准）
	applicants    全部申请人的均值
	neutral       证据权重为 0
	path          仅用于树模型：其自身的训练数据（路径依赖的 SHAP）

树模型的 near_cutoff 和 applicants，是对边际值的干预式 SHAP，以按哈希抽取的
background_rows 名申请人为背景，对按哈希抽取的 compared_rows 笔拒绝以及 path 认为有问
题的全部拒绝计算。每个模型的首要方法为 declared，没有的依次为 near_cutoff、
applicants。官方释义 9(b)(2)-5 列明 near_cutoff 和 applicants 两种方法，并认可结果实质
相似的其他方法：首要方法与这两种方法的一致程度另行列出，低于 method_agreement 的予以提示。

有按评分拒绝的记录需要判断时，对决策表再读一遍。第二遍中没有客户历史的事实：需要这
些事实的规则视为可能已触发。

下列各项仅供参考，不构成判定：原因多于 top 项；原因的次序；假如已告知的因素取参照值，
评分能否达到分数线（接近分数线时，单一因素往往就够；相距很远时，四项也不够）。

	right_reason_rate             所判断的拒绝中原因正确的占比；Wilson 区间
	first_reason_agreement        所告知的第一项原因，即复算的第一项
	reason_precision              所告知的前四项（top）因素中，属于复算前列的占比
	principal_recall              主要因素中已告知的占比
	many_reasons_rate             原因多于 top 项的占比
	reasons_per_denial            均值
	sufficient_reasons_rate       去除已告知的因素后评分可达到分数线的占比
	reason_order_tau              原因次序的 Kendall tau-b，均值
	method_first_agreement        两种方法的第一项因素相同的占比；按模型
	method_top_overlap            两种方法的前列因素中共有的占比
	right_reason_rate_difference, first_reason_agreement_difference
	                              各群体与参照群体之差；Newcombe 区间，Fisher 检验或带 Yates
	                              校正的卡方检验，在整份报告内作多重校正

案例的结果判定为 JUSTIFIED：结果符合政策，只是所告知的并非其原因。证据等级为 E1；记录
评分仅在模型容差以内相等的，为 E2。

来源：12 CFR 1002.9(b)(2) 及其官方释义 9(b)(2)-1、-5、-7、-8；个人信息保护法第 24 条（应
要求说明）；领域设计中的规则 R0.4。所列问题是相关条款的证据，不是依条款作出的判定。`
