namespace AepsychGrpc.V1
{
    public sealed partial class ExperimentServiceClient
    {
        /// <summary>
        /// The Tell with an id for each observation that needs one. Observations of asked trials have one without it,
        /// "trial-N", which is the same in a program that starts again; the next Ask's follows from the observations'.
        /// </summary>
        internal static TellRequest Identified(TellRequest request)
        {
            TellRequest identified = null;
            for (int i = 0; i < request.Observations.Count; i++)
            {
                Observation observation = request.Observations[i];
                if (observation.ObservationId.Length == 0 && observation.TrialId == 0)
                {
                    identified = identified ?? request.Clone();
                    identified.Observations[i].ObservationId = Ids.New();
                }
            }
            return identified ?? request;
        }
    }
}
