# tries: taking all memory while the file loads
# expect: out of memory
import numpy as np

huge = np.ones(2**30)
