# tries: leaving while the file loads
# expect: exited
import sys

sys.exit(0)
