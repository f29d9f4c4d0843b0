"""The words of the lessons in Chinese, for whoever learns in both languages."""

from __future__ import annotations

import re
from functools import cache

from lib.lesson.spec import Topic

TERMS = {
    "score": "得分",
    "share": "占比",
    "probability": "概率",
    "distribution": "分布",
    "right class": "正确类别",
    "class": "类别",
    "label": "标签",
    "target": "目标",
    "prediction": "预测",
    "sample": "样本",
    "batch": "批次",
    "loss": "损失",
    "entropy": "熵",
    "surprise": "惊异",
    "logarithm": "对数",
    "mean": "均值",
    "variance": "方差",
    "error": "误差",
    "distance": "距离",
    "angle": "夹角",
    "margin": "间隔",
    "threshold": "阈值",
    "weight": "权重",
    "gradient": "梯度",
    "slope": "斜率",
    "parameter": "参数",
    "update": "更新",
    "step": "步",
    "learning rate": "学习率",
    "epoch": "轮次",
    "momentum": "动量",
    "weight decay": "权重衰减",
    "warm-up": "预热",
    "cycle": "周期",
    "factor": "系数",
}
_OTHER_FORMS = {  # a picture of softmax calls what it gives shares
    "share": ("shares", "softmax"),
    "probability": ("probabilities",),
    "entropy": ("entropies",),
    "right class": ("right classes",),
    "class": ("classes",),
    "loss": ("losses",),
}


@cache
def terms_of(lesson: Topic) -> dict[str, str]:
    """English → Chinese, for the terms that the lesson's texts use; in the order of the table."""
    texts = " ".join(_texts(lesson)).lower()
    return {english: chinese for english, chinese in TERMS.items() if _word(english).search(texts)}


def _texts(lesson: Topic) -> list[str]:
    told = [lesson.title, lesson.purpose, lesson.use_when, lesson.not_when]
    told += [meaning for _, meaning in lesson.symbols]
    told += [text for example in lesson.examples for text in (example.title, example.shows)]
    told += [mistake.says for mistake in lesson.mistakes.values()]
    return [*told, *(spec.says for spec in (*lesson.tensors, *lesson.parameters))]


@cache
def _word(english: str) -> re.Pattern[str]:
    forms = "|".join(re.escape(form) for form in (english, *_OTHER_FORMS.get(english, (f"{english}s",))))
    return re.compile(rf"\b(?:{forms})\b")
