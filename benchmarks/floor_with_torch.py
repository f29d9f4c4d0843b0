"""The least that a Streamlit page with torch can be: what starting the app is compared with."""

import streamlit as st
import torch

text = st.text_input("Numbers", "1, 2", key="numbers")
st.markdown(f"**{torch.tensor([float(number) for number in text.split(',')]).sum():g}**")
