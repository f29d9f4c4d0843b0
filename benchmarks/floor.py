"""The least that a Streamlit page can be: one field and one number. What a page of the app costs is told beside it."""

import streamlit as st

text = st.text_input("Numbers", "1, 2", key="numbers")
st.markdown(f"**{sum(float(number) for number in text.split(',')):g}**")
