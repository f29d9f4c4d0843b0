# tries: sleeping while the file loads
# expect: out of time
import time

time.sleep(60)
