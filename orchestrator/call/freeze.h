// `predict --freeze`: a forecast into the store, through the one who may write it.
#pragma once

#include "db/store.h"
#include "orchestrator/call/invocation.h"

#include <boost/program_options.hpp>

#include <optional>
#include <string>

namespace enigma::cli {

void add_freeze_option(boost::program_options::options_description& options);

/// The name that the forecast shall have, where one is to be frozen. Throws InputError for no such
/// name, and where what is foretold is not the test loss that a sweep's runs report.
std::optional<std::string> freeze_name_of(const boost::program_options::variables_map& values);

/// Freezes it, by the controller of the store where one lives, else under the store's own lock.
/// What stands then: the same, from now or from before. Throws InputError where another forecast
/// has that name, NoController or StoreOwned where nobody may write now.
db::ForecastRow frozen(const Invocation& invocation, db::ForecastRow forecast);

}  // namespace enigma::cli
