// Trials are asked for.
#include "behaviours.hpp"

namespace conformance {

std::string ask(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const auto trial = experiment->ask();
  MUST_SUCCEED(trial);
  MUST(trial->trial_id == 1 && trial->source == "sobol" && trial->state == "pending");
  MUST(trial->stimuli.size() == 1 && trial->stimuli[0].begin()->first == "contrast");
  MUST_SUCCEED(trial->number("contrast"));
  MUST(*trial->number("contrast") >= 0.01 && *trial->number("contrast") <= 1);
  MUST(*trial->number("frequency") >= 0.5 && *trial->number("frequency") <= 16);
  MUST(!trial->number("colour") && !trial->text("contrast"));
  return "";
}

std::string ask_again(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  AskOptions options;
  options.request_id = new_id();
  const auto first = experiment->ask(options);
  const auto again = experiment->ask(options);
  MUST_SUCCEED(first);
  MUST_SUCCEED(again);
  MUST(first->trial_id == again->trial_id && first->stimuli == again->stimuli);
  MUST(experiment->state()->asked_count == 1);
  return "";
}

std::string ask_batch(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const auto trials = experiment->ask_batch(3);
  MUST_SUCCEED(trials);
  MUST(trials->size() == 3);
  for (int i = 0; i < 3; ++i) {
    MUST((*trials)[i].trial_id == i + 1);
    MUST((*trials)[i].stimuli != (*trials)[(i + 1) % 3].stimuli);
  }
  return "";
}

std::string ask_fixed(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  AskOptions options;
  options.fixed_parameters = {{"frequency", 4}};
  const auto trial = experiment->ask(options);
  MUST_SUCCEED(trial);
  MUST(*trial->number("frequency") == 4);
  return "";
}

}  // namespace conformance
