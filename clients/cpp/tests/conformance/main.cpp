// Goes through the behaviours, against a live server; tests/clients/README.md describes the protocol.
//
//     conformance HOST:PORT [BEHAVIOUR ...]
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

#include "behaviours.hpp"

namespace {

using Behaviour = std::string (*)(const aepsych::Client&);

const std::vector<std::pair<std::string, Behaviour>> kBehaviours{
    {"server_info", conformance::server_info},
    {"setup", conformance::setup},
    {"setup_twice", conformance::setup_twice},
    {"setup_refused", conformance::setup_refused},
    {"ask", conformance::ask},
    {"ask_again", conformance::ask_again},
    {"ask_batch", conformance::ask_batch},
    {"ask_fixed", conformance::ask_fixed},
    {"tell", conformance::tell},
    {"tell_again", conformance::tell_again},
    {"tell_conflict", conformance::tell_conflict},
    {"tell_refused", conformance::tell_refused},
    {"tell_and_ask", conformance::tell_and_ask},
    {"unsolicited", conformance::unsolicited},
    {"excluded", conformance::excluded},
    {"pairwise", conformance::pairwise},
    {"unicode", conformance::unicode},
    {"several_outcomes", conformance::several_outcomes},
    {"query_prediction", conformance::query_prediction},
    {"query_threshold", conformance::query_threshold},
    {"not_found", conformance::not_found},
    {"finish", conformance::finish},
    {"reconnect", conformance::reconnect},
    {"deadline", conformance::deadline},
    {"big_batch", conformance::big_batch},
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s HOST:PORT [BEHAVIOUR ...]\n", arguments[0]);
    return 2;
  }
  const std::set<std::string> wanted(arguments + 2, arguments + count);
  const aepsych::Client client(arguments[1]);
  bool good = true;
  for (const auto& [name, behaviour] : kBehaviours) {
    if (!wanted.empty() && !wanted.count(name)) continue;
    std::string why = behaviour(client);
    for (char& c : why) c = c == '\n' ? ' ' : c;
    std::printf("%s %s%s\n", name.c_str(), why.empty() ? "ok" : "FAILED ", why.c_str());
    std::fflush(stdout);
    good = good && why.empty();
  }
  return good ? 0 : 1;
}
