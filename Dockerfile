FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk postgresql-client \
    && rm -rf /var/lib/apt/lists/* && useradd --create-home portal
WORKDIR /portal
COPY pyproject.toml ./
RUN python3 -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml','rb'))['project']['dependencies']))" \
    > /tmp/requirements.txt && pip install --no-cache-dir -r /tmp/requirements.txt
COPY . .
ENV EDITION=production PORTAL_VAR=/var/lib/portal PYTHONUNBUFFERED=1
RUN mkdir -p /var/lib/portal && chown portal /var/lib/portal \
    && SECRET_KEY=build FIELD_KEYS=build python3 manage.py collectstatic --noinput
USER portal
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--access-logfile", "-"]
