"""The headings of the source article in its order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading in our words and in the article's; `page` is the page that teaches it, `note` says why no claim."""

    slug: str
    title: str
    chinese: str
    page: str = ""
    note: str = ""


EMPTY = "The article leaves this heading empty."

HEADINGS = (
    Heading(
        "words",
        "Loss, cost, objective",
        "损失函数、代价函数、目标函数",
        "loss_cost_objective",
        "The article shows a picture; nothing in it can be recomputed.",
    ),
    Heading("entropy", "Cross-entropy = entropy + KL divergence", "交叉熵 = 信息熵 + 相对熵", "cross_entropy"),
    Heading("losses", "Creating a loss: eighteen of them", "创建损失函数（共18个）", "choosing"),
    Heading("cross_entropy_loss", "nn.CrossEntropyLoss", "交叉熵损失", "cross_entropy_loss"),
    Heading("nll_loss", "nn.NLLLoss", "负对数似然损失", "nll_loss"),
    Heading("bce_loss", "nn.BCELoss", "二分类交叉熵损失", "bce_loss"),
    Heading("bce_with_logits_loss", "nn.BCEWithLogitsLoss", "结合 sigmoid 的二分类交叉熵", "bce_with_logits_loss"),
    Heading("l1_mse", "nn.L1Loss and nn.MSELoss", "绝对值误差与均方误差", "mse_loss"),
    Heading("smooth_l1_loss", "nn.SmoothL1Loss", "平滑 L1 损失", "smooth_l1_loss"),
    Heading("poisson_nll_loss", "nn.PoissonNLLLoss", "泊松分布的负对数似然损失", "poisson_nll_loss"),
    Heading("kl_div_loss", "nn.KLDivLoss", "KL 散度", "kl_div_loss"),
    Heading("margin_ranking_loss", "nn.MarginRankingLoss", "排序损失", "margin_ranking_loss"),
    Heading("multi_label_margin_loss", "nn.MultiLabelMarginLoss", "多标签边界损失", "multi_label_margin_loss"),
    Heading("soft_margin_loss", "nn.SoftMarginLoss", "二分类 logistic 损失", "soft_margin_loss"),
    Heading(
        "multi_label_soft_margin_loss",
        "nn.MultiLabelSoftMarginLoss",
        "多标签 soft margin 损失",
        "multi_label_soft_margin_loss",
    ),
    Heading("multi_margin_loss", "nn.MultiMarginLoss", "多分类折页损失", "multi_margin_loss"),
    Heading("triplet_margin_loss", "nn.TripletMarginLoss", "三元组损失", "triplet_margin_loss"),
    Heading("hinge_embedding_loss", "nn.HingeEmbeddingLoss", "折页嵌入损失", "hinge_embedding_loss"),
    Heading("cosine_embedding_loss", "nn.CosineEmbeddingLoss", "余弦相似度损失", "cosine_embedding_loss"),
    Heading("ctc_loss", "nn.CTCLoss", "CTC 损失", "ctc_loss"),
    Heading("setting", "Setting a loss's hyperparameters", "设置损失函数超参数", "choosing", EMPTY),
    Heading("choosing", "Choosing a loss", "选择损失函数", "choosing", EMPTY),
    Heading("optimizers", "Optimizers: ten of them", "优化器（共10个）", "choosing"),
    Heading("averages", "Exponentially weighted averages and momentum", "指数加权平均与动量", "exponential_averages"),
    Heading(
        "optimizer_object", "The Optimizer base class and its five methods", "优化器基类的基本方法", "optimizer_object"
    ),
    Heading("sgd", "optim.SGD", "随机梯度下降法", "sgd"),
    Heading("asgd", "optim.ASGD", "随机平均梯度下降", "asgd"),
    Heading("rprop", "optim.Rprop", "弹性反向传播", "rprop"),
    Heading("adagrad", "optim.Adagrad", "自适应学习率梯度下降法", "adagrad"),
    Heading("adadelta", "optim.Adadelta", "Adagrad 的改进", "adadelta"),
    Heading("rmsprop", "optim.RMSprop", "Adagrad 的改进", "rmsprop"),
    Heading("adam", "optim.Adam (AMSGrad)", "RMSprop 结合 Momentum", "adam"),
    Heading("adamax", "optim.Adamax", "Adam 增加学习率上限", "adamax"),
    Heading("sparse_adam", "optim.SparseAdam", "稀疏版 Adam", "sparse_adam"),
    Heading("lbfgs", "optim.LBFGS", "BFGS 的改进", "lbfgs"),
    Heading("descent", "Gradient descent", "梯度下降法", "gradient_descent"),
    Heading("rates", "Several learning rates", "多个学习率", "gradient_descent"),
    Heading(
        "parameters",
        "Managing parameters and parameter groups",
        "管理模型参数、多个参数组",
        "optimizer_object",
        EMPTY,
    ),
    Heading("schedule", "Adjusting the learning rate", "调整学习率", "step_lr", EMPTY),
    Heading("training", "Training, watching it, TensorBoard", "迭代训练、观察训练效果、TensorBoard", "train", EMPTY),
    Heading("applications", "Five applications", "图像分类、图像分割、目标检测、对抗生成、循环网络", "choosing", EMPTY),
)
