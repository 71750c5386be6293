package score

// scoreEvidence is the evidence of scorematch in Chinese (audit.Evidence).
var scoreEvidence = map[string]string{
	"difference": "差值", evClass: "类别", "input": "输入特征", "rounding": "取整方式", "treatment": "处理方式", "other_model": "另一模型", "factor": "单位倍数", "shift": "固定偏移",
	"earlier_decision": "此前决策", "earlier_decided_at": "此前决策时间", "also": "其他可能解释", evSystemic: "是否系统性", evSignature: "共同特征",

	"value read as null": "有值读作空值", "null read as an unknown level": "空值读作未知取值", "null read as *": "空值读作 $1",
	"not rounded": "未取整", "each attribute": "各项", "total": "总分", "score": "评分", "special values in their own bins": "特殊值单独分箱",
	"* not rounded": "@1未取整", "* rounded half away from zero": "@1四舍五入", "* rounded half to even": "@1银行家舍入", "* cut toward zero": "@1向零截尾",
	"score rounded to whole numbers": "评分取整数", "score rounded to * decimals": "评分取 $1 位小数", "score rounded half to even to * decimals": "评分银行家舍入至 $1 位小数", "score cut to * decimals": "评分截尾至 $1 位小数",
	"score rounded half to even to whole numbers": "评分银行家舍入至整数", "score cut to whole numbers": "评分截尾至整数", "score rounded to 1 decimal": "评分取 1 位小数",
	"score rounded half to even to 1 decimal": "评分银行家舍入至 1 位小数", "score cut to 1 decimal": "评分截尾至 1 位小数",
	"* input=* factor=*": "$1 输入=@2 倍数=$3", "* input=* treatment=*": "$1 输入=@2 处理=@3", "* input=*": "$1 输入=@2", "* rounding=*": "$1 取整=@2",
	"* other_model=*": "$1 另一模型=$2", "* shift=*": "$1 偏移=$2",
}
