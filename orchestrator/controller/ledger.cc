#include "orchestrator/controller/ledger.h"

#include <utility>

namespace enigma {
namespace {

constexpr double kHour_s = 3600;

double used_device_hours(const db::Run& run) {
  double used = 0;
  for (const db::Attempt& attempt : run.attempts) {
    used += db::wall_s(attempt) * static_cast<double>(attempt.world) / kHour_s;
  }
  return used;
}

}  // namespace

Ledger::Ledger(std::vector<db::Ceiling> ceilings, const std::vector<db::Charge>& charges) {
  std::map<std::string, std::map<std::string, double>> used;
  for (const db::Charge& charge : charges) {
    used[charge.sweep][charge.run] = charge.used_device_hours;
  }
  for (decide::Account& account : decide::accounts_of(std::move(ceilings), charges)) {
    const std::string sweep = account.ceiling.sweep;
    books_.push_back({std::move(account), std::move(used[sweep])});
  }
}

void Ledger::put(const db::Run& run) {
  for (Book& book : books_) {
    const auto known = book.used_device_hours.find(run.id);
    if (known == book.used_device_hours.end()) { continue; }
    const double used = used_device_hours(run);
    book.account.used_device_hours += used - known->second;
    known->second = used;
  }
}

std::vector<decide::Account> Ledger::accounts(const std::vector<db::Run>& runs) const {
  std::vector<decide::Account> accounts;
  for (const Book& book : books_) {
    decide::Account& account = accounts.emplace_back();
    account.ceiling = book.account.ceiling;
    account.used_device_hours = book.account.used_device_hours;
    for (const db::Run& run : runs) {
      const auto expected = book.account.expected_device_hours.find(run.id);
      if (expected == book.account.expected_device_hours.end()) { continue; }
      account.expected_device_hours[run.id] = expected->second;
    }
  }
  return accounts;
}

bool Ledger::holds(const db::Run& run) const {
  return !books_.empty() && decide::held_by(run, accounts({run})).has_value();
}

}  // namespace enigma
