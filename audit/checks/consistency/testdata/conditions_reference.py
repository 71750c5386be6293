# Writes conditions_reference.json: Berkeley admissions of 1973 by department,
# odds of rejection of women against men, by statsmodels' StratifiedTable.
import json

import numpy as np
import statsmodels
from statsmodels.stats.contingency_tables import StratifiedTable

berkeley = {  # admitted men, rejected men, admitted women, rejected women
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244), "E": (53, 138, 94, 299), "F": (22, 351, 24, 317),
}
t = StratifiedTable([np.array([[wr, wa], [mr, ma]], dtype=float) for ma, mr, wa, wr in berkeley.values()])
low, high = t.oddsratio_pooled_confint()
expected = sum((wr + wa) * (wr + mr) / (ma + mr + wa + wr) for ma, mr, wa, wr in berkeley.values())
json.dump({
    "statsmodels": statsmodels.__version__, "strata": berkeley,
    "odds": t.oddsratio_pooled, "low": low, "high": high, "p": float(t.test_null_odds(correction=True).pvalue),
    "excess": sum(x[3] for x in berkeley.values()) - expected,
}, open("conditions_reference.json", "w"), indent=1)
