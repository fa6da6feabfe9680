// Responses are told.
#include <cmath>
#include <limits>

#include "behaviours.hpp"

namespace conformance {

std::string tell(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const auto trial = experiment->ask();
  MUST_SUCCEED(trial);
  Observation observation(*trial, 1);
  observation.response_time = Seconds(0.42);
  observation.metadata = to_json({{"eye", "left"}, {"block", 2}});
  const auto receipt = experiment->tell(observation);
  MUST_SUCCEED(receipt);
  MUST(receipt->trial_id == 1 && !receipt->duplicate && !receipt->finished);
  const auto trials = experiment->trials();
  MUST_SUCCEED(trials);
  const Trial& told = trials->front();
  MUST(told.state == "told" && *told.outcomes.number("response") == 1);
  MUST(told.response_time && std::abs(told.response_time->count() - 0.42) < 1e-9);
  MUST(told.metadata.find("left") != std::string::npos && told.metadata.find("block") != std::string::npos);
  MUST(told.stimuli == trial->stimuli && told.ask_time && told.tell_time);
  return "";
}

std::string tell_again(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const Observation asked(*experiment->ask(), 0);
  const Observation own(stimulus(0.5, 2), 1);
  for (const Observation& observation : {asked, own}) {
    const auto first = experiment->tell(observation);
    const auto again = experiment->tell(observation);
    MUST_SUCCEED(first);
    MUST_SUCCEED(again);
    MUST(!first->duplicate && again->duplicate && first->sequence == again->sequence);
    MUST(first->trial_id == again->trial_id);
  }
  MUST(experiment->state()->told_count == 2);
  return "";
}

std::string tell_conflict(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  Observation observation(stimulus(0.5, 2), 1);
  MUST_SUCCEED(experiment->tell(observation));
  observation.outcomes = {{"response", 0}};
  const auto refused = experiment->tell(observation);
  MUST(!refused);
  MUST(refused.error().code == Code::already_exists && refused.error().reason == "OBSERVATION_ID_REUSED");
  MUST(!refused.error().retryable && experiment->state()->told_count == 1);
  return "";
}

std::string tell_refused(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const auto trial = experiment->ask();
  MUST_SUCCEED(trial);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Answer& answer : {Answer(nan), Answer(2), Answer({{"respnse", 1}})}) {
    const auto refused = experiment->tell(*trial, answer);
    MUST(!refused);
    MUST(refused.error().code == Code::invalid_argument && !refused.error().violations.empty());
    MUST(refused.error().violations[0].path.rfind("observations[0].outcomes", 0) == 0);
  }
  MUST(experiment->state()->told_count == 0);
  MUST_SUCCEED(experiment->tell(*trial, true));
  return "";
}

std::string tell_and_ask(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const Observation observation(*experiment->ask(), 1);
  const auto receipt = experiment->tell_and_ask(observation);
  MUST_SUCCEED(receipt);
  MUST(receipt->next && receipt->next->trial_id == 2);
  const auto again = experiment->tell_and_ask(observation);
  MUST_SUCCEED(again);
  MUST(again->duplicate && again->next && again->next->trial_id == 2);
  return "";
}

std::string unsolicited(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  MUST_SUCCEED(experiment->tell(Observation(stimulus(0.25, 3), 1)));
  const auto trials = experiment->trials();
  MUST_SUCCEED(trials);
  MUST(trials->size() == 1 && trials->front().source == "unsolicited");
  MUST(*trials->front().number("contrast") == 0.25 && !trials->front().ask_time);
  const auto outside = experiment->tell(Observation(stimulus(2, 3), 1));
  MUST(!outside && outside.error().code == Code::out_of_range);
  return "";
}

std::string excluded(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  Observation practice(*experiment->ask(), 1);
  practice.exclude_from_model = true;
  MUST_SUCCEED(experiment->tell(practice));
  MUST(experiment->trials()->front().exclude_from_model);
  return "";
}

std::string big_batch(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  std::vector<Observation> observations;
  for (int i = 0; i < 500; ++i) {
    observations.emplace_back(stimulus(0.01 + 0.00198 * i, 1 + i % 15), i > 250);
  }
  const auto receipts = experiment->tell_batch(observations);
  MUST_SUCCEED(receipts);
  MUST(receipts->size() == 500 && receipts->back().trial_id == 500);
  MUST(experiment->state()->told_count == 500 && experiment->trials()->size() == 500);
  return "";
}

}  // namespace conformance
