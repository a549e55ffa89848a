# One recipe: a service (`--build-arg SERVICE=billing`), or what sets the services up (`--target ops`).

FROM python:3.13-slim AS tools
WORKDIR /src
COPY requirements.lock .
# The lock pins uv itself, too; this is its entry, with its hashes.
RUN sed -n '/^uv==/,/[^\\]$/p' requirements.lock > uv.lock \
    && python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes -r uv.lock
ENV PATH=/tools/bin:$PATH VIRTUAL_ENV=/venv UV_NO_CACHE=1 UV_NO_SOURCES=1 UV_COMPILE_BYTECODE=1 \
    UV_CONSTRAINT=requirements.lock UV_BUILD_CONSTRAINT=requirements.lock
RUN uv venv --python "$(command -v python3)" /venv
COPY ops/compose/check-lock ops/compose/slim /usr/local/bin/
# The policy is part of common: a link in there leads to it.
COPY policy policy
COPY libs libs

# What a service and common need, in the versions and with the hashes of the lock, and nothing else of it.
FROM tools AS service-packages
ARG SERVICE
COPY services/${SERVICE} services/${SERVICE}
RUN uv pip install libs/common "services/${SERVICE}" && check-lock requirements.lock && slim /venv

FROM tools AS ops-packages
# Certificates, mail, the audit, and the emulator of Stripe with its pages and papers.
RUN uv pip install libs/common trustme aiosmtpd aiohttp jinja2 python-dateutil fpdf2 pyyaml && check-lock requirements.lock

FROM python:3.13-slim AS runtime
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin studio
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001

FROM runtime AS ops
COPY --from=ops-packages /venv /venv
COPY ops ops
COPY services services
COPY examples/person.png examples/
# A volume that is empty takes its owner from here.
USER root
RUN install -d -o 10001 -g 10001 -m 700 /var/lib/figurine
USER 10001

FROM runtime AS service
ARG SERVICE
COPY --from=service-packages /venv /venv
COPY ops/compose/healthcheck.py /usr/local/lib/figurine/
# An exec-form ENTRYPOINT knows no build argument; the shell is replaced by the service.
USER root
RUN printf '#!/bin/sh\nexec python -m %s "$@"\n' "${SERVICE:?say which with --build-arg SERVICE=}" \
    > /usr/local/bin/figurine-service && chmod 755 /usr/local/bin/figurine-service
USER 10001
# A busy machine may take its time to start; a quick one is healthy as soon as it answers.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "/usr/local/lib/figurine/healthcheck.py"]
ENTRYPOINT ["figurine-service"]
CMD ["all"]
