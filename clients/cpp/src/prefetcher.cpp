#include "aepsych_grpc/prefetcher.hpp"

#include <utility>

namespace aepsych {

Prefetcher::Prefetcher(Experiment experiment, PrefetcherOptions options)
    : experiment_(std::move(experiment)), options_(std::move(options)), thread_([this] { run(); }) {}

Prefetcher::~Prefetcher() { stop(); }

std::optional<Trial> Prefetcher::next() {
  std::unique_lock lock(mutex_);
  waiting_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !ready_.empty() || finished_ || stopping_ || error_; });
  waiting_ = false;
  if (stopping_ || error_ || ready_.empty()) return std::nullopt;
  Trial trial = std::move(ready_.front());
  ready_.pop_front();
  shown_.insert(trial.trial_id);
  changed_.notify_all();
  return trial;
}

void Prefetcher::tell(Observation observation) {
  const std::lock_guard lock(mutex_);
  shown_.erase(observation.trial_id);
  queue_.push_back(std::move(observation));
  changed_.notify_all();
}

void Prefetcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::optional<Error> Prefetcher::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::vector<Observation> Prefetcher::untold() const {
  const std::lock_guard lock(mutex_);
  return {queue_.begin(), queue_.end()};
}

bool Prefetcher::wants_trial() const {
  if (finished_ || stopping_) return false;
  return shown_.size() + ready_.size() <= static_cast<std::size_t>(options_.ahead) || (waiting_ && ready_.empty());
}

void Prefetcher::run() {
  Result<std::vector<Trial>> pending = experiment_.pending();
  std::unique_lock lock(mutex_);
  if (pending) {
    ready_.assign(pending->begin(), pending->end());
  } else {
    error_ = pending.error();
  }
  changed_.notify_all();
  while (!error_) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty() || wants_trial(); });
    if (stopping_ && queue_.empty()) return;
    step(lock);
    changed_.notify_all();
  }
}

void Prefetcher::step(std::unique_lock<std::mutex>& lock) {
  if (queue_.empty()) {
    lock.unlock();
    Result<Trial> trial = experiment_.ask(options_.ask);
    lock.lock();
    if (trial) return ready_.push_back(std::move(*trial));
    finished_ = trial.error().finished();
    if (!finished_) error_ = trial.error();
    return;
  }
  // Only the last response asks, so that the choice knows all of them.
  const bool asks = queue_.size() == 1 && wants_trial();
  const Observation observation = queue_.front();
  lock.unlock();
  Result<Receipt> receipt = asks ? experiment_.tell_and_ask(observation, options_.ask) : experiment_.tell(observation);
  lock.lock();
  if (!receipt) {
    error_ = receipt.error();
    return;
  }
  queue_.pop_front();
  if (!asks) return;
  if (receipt->next) {
    ready_.push_back(std::move(*receipt->next));
  } else {
    finished_ = true;
  }
}

}  // namespace aepsych
