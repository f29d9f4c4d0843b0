"""The app for Streamlit Community Cloud with PyTorch's build for the CPU: beside this file the platform finds
requirements.txt. It serves what app.py serves.
"""

import runpy
import sys
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if get_script_run_ctx(suppress_warning=True):
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
else:
    from app import PARTS, ROUTER

    app = st.App(ROUTER, **PARTS)
