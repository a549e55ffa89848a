"""What is measured about calls to Gemini; no label holds anything about a person."""

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter(
    "generation_gemini_calls", "Calls to Gemini, by model and by how they ended.", ["model", "code", "detail"]
)
SECONDS = Histogram(
    "generation_gemini_call_seconds",
    "Seconds from sending a call to the end of its answer.",
    ["model"],
    buckets=(1, 2, 5, 10, 15, 20, 30, 40, 60, 90, 120),
)
RETIRED = Gauge("generation_gemini_model_retired", "Whether the model was not found when last asked.", ["model"])
BREAKER = Gauge("generation_gemini_breaker_state", "0 calls pass, 1 one call tries the way, 2 no call passes.")
SPARE = Counter("generation_gemini_spare_pictures", "Pictures that came beside the first and were not delivered.")
RESHAPED = Counter("generation_gemini_reshaped_pictures", "Pictures that came in another shape than asked.", ["how"])
