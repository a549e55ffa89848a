"""The fixtures every test may ask for, by what they are about."""

pytest_plugins = [
    "tests.fixtures.isolation",
    "tests.fixtures.servers",
    "tests.fixtures.postgres",
    "tests.fixtures.rabbitmq",
    "tests.fixtures.storage",
    "tests.fixtures.signing",
    "tests.fixtures.stack",
    "tests.fixtures.gemini",
    "tests.fixtures.stripe",
    "tests.fixtures.spans",
]
