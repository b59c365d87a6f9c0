# One recipe for all images: COMPONENT picks what is in it, BASE what it stands on.
#
#     make images        or: docker build --build-arg COMPONENT=ingress -t prosa/ingress .
#
# The dependencies of the component come first, from requirements.lock, each file checked by its
# hash; the code comes last. Both layers are the same bytes whenever their inputs are: bytecode is
# compiled with hashes instead of times, and every file carries SOURCE_DATE_EPOCH. That is no
# commit's time by default, so that a new commit brings no new layer of old dependencies.
# Everything comes as a wheel but nkeys, of which there is only a source distribution (no C in it).
# There is no shell at work at run time: Python is started directly, as a user that is no one, and
# writes nothing but to /tmp and to the volumes that it is given.

ARG BASE=python:3.13-slim

FROM ${BASE} AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore UV_LINK_MODE=copy UV_SYSTEM_CERTS=1
WORKDIR /build
COPY requirements.lock ./
RUN sed -n '/^uv==/,/# via/p' requirements.lock > uv.txt \
 && python -m pip install --quiet --no-cache-dir --no-compile --no-deps --require-hashes --requirement uv.txt
COPY pyproject.toml images/freeze.py ./
ARG SOURCE_DATE_EPOCH=0
ARG COMPONENT
RUN uv venv --quiet --no-project --python python3 /prosa \
 && uv pip install --quiet --no-cache --python /prosa/bin/python --verify-hashes \
      --only-binary :all: --no-binary nkeys \
      --constraint requirements.lock --requirement pyproject.toml --extra "${COMPONENT:?give --build-arg COMPONENT=…}" --extra tracing \
 && python freeze.py /prosa /image \
 && mv /prosa /image/

FROM dependencies AS code
COPY prosa /source/prosa
COPY services /source/services
COPY simulator /source/simulator
COPY operator/prosa_operator /source/prosa_operator
COPY images/layout.py ./
RUN python layout.py "${COMPONENT}" /source /app && python freeze.py /app && mkdir /code && mv /app /code/

FROM ${BASE}
ARG COMPONENT
ARG VERSION=0.0.0
ARG REVISION=
LABEL org.opencontainers.image.title="prosa-${COMPONENT}" \
      org.opencontainers.image.description="Kubernetes-native WhatsApp chatbots: ${COMPONENT}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/prosa/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp
# into the root: a folder that COPY makes itself has the time of the build
COPY --from=dependencies /image /
COPY --from=code /code /
USER 65532:65532
WORKDIR /app
CMD ["python", "/app"]
