"""stub"""
from typing import Any
def ngram_features(texts: list[str]) -> dict[str, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer
    w=HashingVectorizer(ngram_range=(1,2),alternate_sign=False,n_features=2**9)
    return {"words": w.transform(texts).toarray()}
