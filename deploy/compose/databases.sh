#!/bin/sh
# Run by the image of PostgreSQL when its data folder is new.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --no-psqlrc --quiet \
  --set=tramontane_password="$TRAMONTANE_PASSWORD" \
  --set=company_password="$COMPANY_PASSWORD" \
  --set=company_reader_password="$COMPANY_READER_PASSWORD" \
  --file=/databases.sql
