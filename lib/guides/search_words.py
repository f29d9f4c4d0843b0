"""What people look for under other names: settings in Chinese and in words, and what PyTorch does not have."""

from __future__ import annotations

from collections.abc import Mapping

# A setting's name in torch → what else it is called. Its own name, and the same without underscores, need no line.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "amsgrad": ("AMSGrad",),
    "betas": ("beta1, beta2", "动量系数"),
    "blank": ("空白标签",),
    "cooldown": ("冷却期",),
    "dampening": ("阻尼",),
    "delta": ("阈值",),
    "distance_function": ("距离函数",),
    "eps": ("epsilon", "数值稳定项"),
    "eta_min": ("最小学习率",),
    "gamma": ("衰减系数",),
    "ignore_index": ("padding index", "忽略的类别"),
    "label_smoothing": ("标签平滑",),
    "log_input": ("对数输入",),
    "lr": ("learning rate", "学习率"),
    "lr_decay": ("learning-rate decay", "学习率衰减"),
    "margin": ("间隔",),
    "max_lr": ("最大学习率",),
    "milestones": ("里程碑",),
    "momentum": ("动量",),
    "nesterov": ("Nesterov momentum", "牛顿动量"),
    "patience": ("耐心值",),
    "pos_weight": ("positive weight, unbalanced classes", "正样本权重"),
    "reduction": ("mean or sum", "归约方式"),
    "total_iters": ("warm-up length",),
    "weight": ("class weights, unbalanced classes", "类别权重"),
    "weight_decay": ("L2 penalty", "权重衰减"),
    "zero_infinity": ("infinite CTC loss",),
}

# What a lesson works out on its way, or what a formula in a paper is called → the lesson's slug.
PARTS: Mapping[str, str] = {
    "log-sum-exp · logsumexp · 对数求和指数": "cross_entropy_loss",
    "softmax · 归一化指数函数": "cross_entropy_loss",
    "log-softmax · LogSoftmax": "cross_entropy_loss",
    "logits · 未归一化得分": "cross_entropy_loss",
    "perplexity · 困惑度": "cross_entropy_loss",
    "class imbalance · 类别不平衡": "cross_entropy_loss",
    "one-hot targets, soft labels · 软标签": "cross_entropy_loss",
    "sigmoid, logistic function": "bce_with_logits_loss",
    "logsigmoid · LogSigmoid": "bce_with_logits_loss",
    "multi-label · 多标签分类": "bce_with_logits_loss",
    "knowledge distillation · 知识蒸馏": "kl_div_loss",
    "RMSE · root mean squared error · 均方根误差": "mse_loss",
    "bias correction · 偏差修正": "adam",
    "first and second moment · 一阶矩、二阶矩": "adam",
    "moving average · EMA · 指数移动平均": "exponential_averages",
    "SWA · stochastic weight averaging": "asgd",
    "warm-up · 预热": "linear_lr",
    "warm-up, then cosine": "sequential_lr",
    "Noam, inverse square root": "lambda_lr",
    "early stopping · 早停": "reduce_lr_on_plateau",
    "param groups · 参数组": "optimizer_object",
}

# What is no class of torch.nn or torch.optim (lessons cover all that are) → the lesson that comes nearest.
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "torch.nn": {
        "focal loss · 焦点损失": "cross_entropy_loss",
        "Dice loss · 骰子损失": "bce_with_logits_loss",
        "IoU loss, Jaccard loss · 交并比损失": "bce_with_logits_loss",
        "GIoU, DIoU, CIoU": "smooth_l1_loss",
        "Tversky loss": "bce_with_logits_loss",
        "Lovász loss": "cross_entropy_loss",
        "contrastive loss · 对比损失": "hinge_embedding_loss",
        "InfoNCE, NT-Xent, SimCLR loss": "cross_entropy_loss",
        "CLIP loss": "cross_entropy_loss",
        "ArcFace, CosFace": "cross_entropy_loss",
        "center loss · 中心损失": "mse_loss",
        "Wasserstein loss · 推土机距离": "l1_loss",
        "adversarial loss, GAN loss · 对抗损失": "bce_with_logits_loss",
        "Jensen–Shannon divergence · JS散度": "kl_divergence",
        "ELBO, VAE loss · 变分下界": "kl_div_loss",
        "log-cosh loss": "huber_loss",
        "quantile loss, pinball loss · 分位数损失": "l1_loss",
        "MAPE · mean absolute percentage error": "l1_loss",
        "squared hinge loss": "multi_margin_loss",
        "DPO loss, Bradley–Terry": "soft_margin_loss",
        "perceptual loss · 感知损失": "mse_loss",
        "policy-gradient loss · 策略梯度": "nll_loss",
        "RNN-T, transducer loss": "ctc_loss",
    },
    "torch.optim": {
        "Lion": "adam",
        "LAMB": "adamw",
        "LARS": "sgd",
        "Adan": "nadam",
        "AdaBelief": "adam",
        "Yogi": "adam",
        "Lookahead, Ranger": "radam",
        "Shampoo, SOAP": "muon",
        "Sophia": "adamw",
        "Prodigy, D-Adaptation": "adadelta",
        "SAM · sharpness-aware minimization": "sgd",
        "Newton's method · 牛顿法": "lbfgs",
        "conjugate gradients · 共轭梯度": "lbfgs",
    },
}

# Losses of torch.nn that have no lesson yet.
LATER: Mapping[str, str] = {
    "nn.AdaptiveLogSoftmaxWithLoss": "cross_entropy_loss",
    "nn.LinearCrossEntropyLoss": "cross_entropy_loss",
}
