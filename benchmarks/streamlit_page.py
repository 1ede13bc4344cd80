"""The same page as `speed_page`, in Streamlit, as its documentation recommends: cached data, plotly charts."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from benchmarks.speed_page import CATEGORIES, key_figures, read


@st.cache_data
def cached(name: str) -> pd.DataFrame:
    """A frame, read once for all visitors."""
    return read(name)


st.set_page_config(layout="wide")
sales, items = cached("sales"), cached("items")
for place, (name, value) in zip(st.columns(6), key_figures(sales, items).items(), strict=True):
    place.metric(name, f"{value:,.0f}")
category = st.selectbox("Category", CATEGORIES)
st.plotly_chart(go.Figure(go.Scatter(x=sales["day"], y=sales[category], name=category)), key="sales")
stock = items.groupby("category")["value"].sum()
st.plotly_chart(go.Figure(go.Bar(x=list(stock.index), y=stock.tolist(), name="Stock")), key="stock")
st.dataframe(items)
