"""The RPCs that the client uses."""

from aepsych_grpc.client.call import Method
from aepsych_grpc.v1 import experiment_service_pb2 as v1

SETUP = Method("Setup", v1.SetupRequest, v1.SetupResponse)
ASK = Method("Ask", v1.AskRequest, v1.AskResponse)
TELL = Method("Tell", v1.TellRequest, v1.TellResponse)
QUERY = Method("Query", v1.QueryRequest, v1.QueryResponse)
REPLAY = Method("Replay", v1.ReplayRequest, v1.ReplayResponse)
FINISH_STRATEGY = Method("FinishStrategy", v1.FinishStrategyRequest, v1.FinishStrategyResponse)
FINISH_EXPERIMENT = Method("FinishExperiment", v1.FinishExperimentRequest, v1.FinishExperimentResponse)
REVISE_TRIAL = Method("ReviseTrial", v1.ReviseTrialRequest, v1.ReviseTrialResponse)
WATCH_EXPERIMENT = Method("WatchExperiment", v1.WatchExperimentRequest, v1.WatchExperimentResponse)
GET_EXPERIMENT = Method("GetExperiment", v1.GetExperimentRequest, v1.GetExperimentResponse)
LIST_EXPERIMENTS = Method("ListExperiments", v1.ListExperimentsRequest, v1.ListExperimentsResponse)
LIST_TRIALS = Method("ListTrials", v1.ListTrialsRequest, v1.ListTrialsResponse)
EXPORT_TRIALS = Method("ExportTrials", v1.ExportTrialsRequest, v1.ExportTrialsResponse)
GET_SERVER_INFO = Method("GetServerInfo", v1.GetServerInfoRequest, v1.GetServerInfoResponse)
