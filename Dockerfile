# syntax=docker/dockerfile:1
# f1lake as a batch container: it runs once and exits with the program's exit code.
#
#     docker build -t f1lake .
#     docker run --rm -v f1lake:/data f1lake run --mode latest --num-sessions 5
#     docker run --rm -v f1lake:/data -e OPENF1_USERNAME -e OPENF1_PASSWORD f1lake run      # secrets at run time, never in the image
#     docker run --rm --read-only --cap-drop ALL -v f1lake:/data f1lake run                 # only /data is written
#
# It needs no port and no health check, because nothing keeps running. Pin both base images by digest for repeatable builds.

FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
# rust-toolchain.toml is not copied: the image has that toolchain, and its development components are not needed.
COPY Cargo.toml Cargo.lock ./
COPY crates crates
# Cargo reads the manifests of all members of the workspace.
COPY fuzz fuzz
# With `cloud`, landing zone and lake may be s3://, gs:// or abfss://. The caches speed up the next build and are not part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/target \
    CARGO_TARGET_DIR=/target cargo build --profile dist --locked -p f1lake-cli --features cloud \
    && install -D --strip /target/dist/f1lake /out/f1lake

# The same Debian as the build: the binary needs glibc and libgcc, and the system's TLS roots.
FROM debian:bookworm-slim AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="f1lake" \
      org.opencontainers.image.description="Formula 1 data from the OpenF1 API in a lakehouse, by one command" \
      org.opencontainers.image.source="https://github.com/f1lake/f1lake" \
      org.opencontainers.image.licenses="Apache-2.0 OR MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin f1lake \
    && install --directory --owner=f1lake --group=f1lake --mode=0750 /data
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/f1lake /usr/local/bin/f1lake
# A numeric ID lets Kubernetes verify that it is not root.
USER 10001:10001
WORKDIR /data
# The state of the rate limits is below the cache folder: on the volume, it is shared by the containers that use it.
ENV HOME=/data XDG_CACHE_HOME=/data/.cache
VOLUME /data
# SIGTERM, the default of `docker stop`, stops it cleanly; allow enough time: docker stop --time 60.
ENTRYPOINT ["f1lake"]
CMD ["--help"]
