// Forecasts: written once, never changed (the schema refuses it too).
#include "db/connection.h"
#include "db/store.h"

#include <tuple>

namespace enigma::db {
namespace {

ForecastRow read_forecast(Columns& row) {
  ForecastRow out;
  out.name = row.text();
  out.sweep = row.text();
  out.at = row.real();
  out.subset = row.text();
  out.flops = row.real();
  out.n = row.maybe_real();
  out.d = row.maybe_real();
  out.loss = row.real();
  out.low = row.maybe_real();
  out.high = row.maybe_real();
  out.level = row.real();
  out.rows_digest = row.text();
  out.form = row.text();
  out.code = row.text();
  return out;
}

auto foretold(const ForecastRow& row) {
  return std::tie(row.name, row.sweep, row.subset, row.flops, row.n, row.d, row.loss, row.low,
                  row.high, row.level, row.rows_digest, row.form);
}

}  // namespace

bool foretell_the_same(const ForecastRow& a, const ForecastRow& b) {
  return foretold(a) == foretold(b);
}

ForecastRow Store::freeze(const ForecastRow& forecast) {
  return in_transaction(*connection_, [&] {
    static constexpr const char* kPut = R"sql(
INSERT INTO forecasts (name, sweep, at, subset, flops, n, d, loss, low, high, level, rows_digest,
                       form, code)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING)sql";
    const ForecastRow& f = forecast;
    execute(bind_all(connection_->use(kPut), f.name, f.sweep, f.at, f.subset, f.flops, f.n, f.d,
                     f.loss, f.low, f.high, f.level, f.rows_digest, f.form, f.code));
    static constexpr const char* kSelect = R"sql(
SELECT name, sweep, at, subset, flops, n, d, loss, low, high, level, rows_digest, form, code
  FROM forecasts WHERE name = ?)sql";
    ForecastRow standing;
    each_row(bind_all(connection_->use(kSelect), f.name),
             [&](Columns& row) { standing = read_forecast(row); });
    return standing;
  });
}

std::vector<ForecastRow> Store::forecasts(std::string_view sweep) const {
  static constexpr const char* kSelect = R"sql(
SELECT name, sweep, at, subset, flops, n, d, loss, low, high, level, rows_digest, form, code
  FROM forecasts WHERE sweep = ? ORDER BY at, name)sql";
  std::vector<ForecastRow> forecasts;
  each_row(bind_all(connection_->use(kSelect), sweep),
           [&](Columns& row) { forecasts.push_back(read_forecast(row)); });
  return forecasts;
}

}  // namespace enigma::db
