"""The source article's claims in its order, each recomputed now."""

from lib.guides.article.claim import STATUSES, UNPRINTED, Claim, Recomputed, judge
from lib.guides.article.classification import CLAIMS as _CLASSIFICATION
from lib.guides.article.headings import HEADINGS, Heading
from lib.guides.article.optimizers import CLAIMS as _OPTIMIZERS
from lib.guides.article.other_losses import CLAIMS as _OTHER_LOSSES

CLAIMS = (*_CLASSIFICATION, *_OTHER_LOSSES, *_OPTIMIZERS)

__all__ = ["CLAIMS", "HEADINGS", "STATUSES", "UNPRINTED", "Claim", "Heading", "Recomputed", "judge"]
