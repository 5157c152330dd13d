#include "sweeps/site/site.h"

#include "files/atomic_file.h"

#include <doctest/doctest.h>

#include <filesystem>

namespace enigma::sweeps {
namespace {

Site site_of(const std::string& text) {
  const auto parsed = parse_site(text, "site.json");
  REQUIRE_MESSAGE(parsed.ok(), (parsed.diagnostics.empty() ? "" : parsed.diagnostics[0].message));
  return *parsed.value;
}

constexpr const char* kPriced = R"({
  "name": "s", "as_of": "2026-11-01",
  "partitions": [{"name": "batch", "preempts": "none", "default": true, "max_time_s": 86400},
                 {"name": "scavenge", "preempts": "requeue", "grace_s": 30}],
  "gpu": {"name": "H100", "per_node": 8, "peak_flops_per_s": {"bfloat16": 9.894e14}},
  "rates": [{"usd_per_device_hour": 0.25, "from": "2026-01-01", "to": "2026-08-31"},
            {"usd_per_device_hour": 0.20, "preemptible": true, "from": "2026-01-01",
             "to": "2026-08-31"}],
  "options": {"account": "lab", "exclusive": true}
})";

TEST_CASE("the profiles of examples/sites are read, and say nothing that is not known") {
  for (const char* name : {"generic", "marlowe"}) {
    const auto file =
        std::filesystem::path(ENIGMA_SOURCE_DIR) / "examples/sites" / (std::string(name) + ".json");
    const Site site = site_of(read_file(file, 1 << 20));
    CHECK(site.name == name);
    CHECK_FALSE(site.usd_per_device_hour("2026-11-29"));
  }
}

TEST_CASE("a price is that of the day and of the partition that jobs go to") {
  Site site = site_of(kPriced);
  CHECK(site.partition()->name == "batch");
  CHECK(site.usd_per_device_hour("2026-08-31") == 0.25);
  CHECK_FALSE(site.usd_per_device_hour("2026-09-01"));
  CHECK_FALSE(site.usd_per_device_hour("2025-12-31"));
  site.options["partition"] = "scavenge";
  CHECK(site.usd_per_device_hour("2026-08-31") == 0.20);
}

TEST_CASE("two rates that differ on one day are no price") {
  Site site = site_of(kPriced);
  site.rates.push_back({0.5, false, "2026-08-01", "2026-12-31"});
  CHECK_FALSE(site.usd_per_device_hour("2026-08-15"));
  CHECK(site.usd_per_device_hour("2026-09-15") == 0.5);
}

TEST_CASE("everything that is wrong with a profile is told at once, where it stands") {
  const auto parsed = parse_site(R"({
  "name": "s", "as_of": "yesterday", "shedule": "slurm",
  "partitions": [{"name": "a", "default": true},
                 {"name": "a", "default": true, "preempts": "requeu"}],
  "rates": [{"usd_per_device_hour": -1, "from": "2026-05-01", "to": "2026-04-01"}],
  "options": {"partition": "b", "nodes": 3, "--mem": "3G"},
  "lines": ["module load x\nrm y"],
  "forbids": ["benchmarks"]
})",
                                 "site.json");
  CHECK_FALSE(parsed.ok());
  std::vector<std::string> places;
  for (const Diagnostic& each : parsed.diagnostics) { places.push_back(each.pointer); }
  for (const char* place :
       {"/as_of", "/shedule", "/partitions/1", "/partitions/1/default", "/partitions/1/preempts",
        "/rates/0/usd_per_device_hour", "/rates/0/to", "/options/partition", "/options/nodes",
        "/options/--mem", "/lines/0", "/forbids/0"}) {
    CHECK_MESSAGE(std::ranges::find(places, place) != places.end(), place);
  }
}

TEST_CASE("a container is run by Apptainer unless the profile names Pyxis") {
  CHECK(
      site_of(R"({"name": "s", "as_of": "2026-11-01", "container": "a.sif"})").container_runtime ==
      "apptainer");
  CHECK(site_of(R"({"name": "s", "as_of": "2026-11-01", "container": "a.sqsh",
                    "container_runtime": "pyxis"})")
            .container_runtime == "pyxis");
  const auto wrong = parse_site(
      R"({"name": "s", "as_of": "2026-11-01", "container_runtime": "docker"})", "site.json");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.diagnostics[0].pointer == "/container_runtime");
}

TEST_CASE("what preemption does may be a word or no more than a truth") {
  const Site site = site_of(R"({"name": "s", "as_of": "2026-11-01", "partitions": [
    {"name": "a", "preempts": true}, {"name": "b", "preempts": false},
    {"name": "c", "preempts": "cancel"},
    {"name": "d"}]})");
  CHECK(site.partitions[0].preempts == Preemption::unknown);
  CHECK(site.partitions[1].preempts == Preemption::none);
  CHECK(site.partitions[2].preempts == Preemption::cancel);
  CHECK(site.partitions[3].preempts == Preemption::unknown);
  CHECK(site.partition() == nullptr);
}

}  // namespace
}  // namespace enigma::sweeps
