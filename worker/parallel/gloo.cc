// The one file that sees c10d's Gloo header: gloo's own headers are Debian's, its code is
// LibTorch's.
#include "worker/parallel/gloo.h"

#include "worker/parallel/rendezvous.h"

#include <ATen/Functions.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <array>
#include <unistd.h>
#include <utility>

namespace enigma::parallel {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

namespace {

constexpr const char* kThisHost = "127.0.0.1";

/// What LibTorch throws of a collective, as ours: it names no rank, so we name the operation.
template <typename Work>
auto as_lost_peer(const std::string& what, int64_t rank, const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    std::string line = error.what();
    line = line.substr(0, line.find('\n'));
    throw PeerLost("rank " + std::to_string(rank) + ": " + what + ": " + line);
  }
}

class GlooPending : public Pending {
 public:
  GlooPending(c10::intrusive_ptr<c10d::Work> work, const char* name, int64_t rank)
      : work_(std::move(work)), name_(name), rank_(rank) {}

  void wait() override {
    as_lost_peer(name_, rank_, [&] { return work_->wait(); });
  }

 private:
  c10::intrusive_ptr<c10d::Work> work_;
  const char* name_;
  int64_t rank_;
};

class Gloo : public Collectives {
 public:
  /// Joins the ranks that come to the same store. `options` are those of the start.
  Gloo(c10::intrusive_ptr<c10d::Store> store, int64_t rank, int64_t world,
       c10::intrusive_ptr<c10d::ProcessGroupGloo::Options> options,
       std::chrono::milliseconds deadline)
      : store_(std::move(store)),
        options_(std::move(options)),
        deadline_(deadline),
        group_(c10::make_intrusive<c10d::ProcessGroupGloo>(store_, static_cast<int>(rank),
                                                           static_cast<int>(world), options_)) {
    meet(*this);  // connections are made by now, or the deadline of the start has passed
    group_->setTimeout(deadline_);
  }

  int64_t rank() const override { return group_->getRank(); }
  int64_t world() const override { return group_->getSize(); }

  std::unique_ptr<Pending> all_reduce(at::Tensor values) override {
    return start("all-reduce", [&] {
      std::vector<at::Tensor> tensors = {std::move(values)};
      return group_->allreduce(tensors);
    });
  }
  std::unique_ptr<Pending> reduce_scatter(at::Tensor whole) override {
    return start("reduce-scatter", [&] {
      at::Tensor part = part_of(whole, rank(), world());
      return group_->_reduce_scatter_base(part, whole);
    });
  }
  std::unique_ptr<Pending> all_gather(at::Tensor whole) override {
    return start("all-gather", [&] {
      at::Tensor part = part_of(whole, rank(), world());
      return group_->_allgather_base(whole, part);
    });
  }
  std::unique_ptr<Collectives> group(const RankGroup& group) override {
    const std::string name = std::to_string(group.first) + "+" + std::to_string(group.stride);
    const auto store = c10::make_intrusive<c10d::PrefixStore>(name, store_);
    return as_lost_peer("joining a group of ranks", rank(), [&] {
      return std::make_unique<Gloo>(store, (rank() - group.first) / group.stride, group.count,
                                    options_, deadline_);
    });
  }

 private:
  template <typename Work>
  std::unique_ptr<Pending> start(const char* name, const Work& work) {
    return std::make_unique<GlooPending>(as_lost_peer(name, rank(), work), name, rank());
  }

  c10::intrusive_ptr<c10d::Store> store_;  // rank 0's serves the others
  c10::intrusive_ptr<c10d::ProcessGroupGloo::Options> options_;
  std::chrono::milliseconds deadline_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
};

c10::intrusive_ptr<c10d::Store> open_store(const GlooPlace& place) {
  c10d::TCPStoreOptions options;
  options.isServer = place.rank == 0;
  options.port = 0;
  options.waitWorkers = false;
  options.timeout = place.init_deadline;
  std::string host = kThisHost;
  if (!options.isServer) {
    const Address address = wait_for_address(place.folder, place.init_deadline);
    options.port = address.port;
    if (address.host != host_name()) { host = address.host; }
  }
  auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
  if (options.isServer) { publish_address(place.folder, {host_name(), store->getPort()}); }
  return store;
}

}  // namespace

std::unique_ptr<Collectives> join_gloo(const GlooPlace& place) {
  using Group = c10d::ProcessGroupGloo;
  return as_lost_peer("joining the other ranks", place.rank, [&] {
    const auto store = open_store(place);
    auto options = Group::Options::create(place.init_deadline);
    options->devices.push_back(place.interface.empty()
                                   ? Group::createDefaultDevice()
                                   : Group::createDeviceForInterface(place.interface));
    return std::unique_ptr<Collectives>(
        std::make_unique<Gloo>(store, place.rank, place.world, options, place.deadline));
  });
}

}  // namespace enigma::parallel
