#if UNITY_5_3_OR_NEWER
using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;
using UnityEngine;

namespace AepsychGrpc
{
    /// <summary>
    /// An experiment in a scene: derive from it, say what the study is and show a trial. It begins with the scene, goes
    /// on with an experiment that was interrupted if its id is given, and keeps every response on disk until the server has it.
    /// </summary>
    public abstract class ExperimentBehaviour : MonoBehaviour
    {
        private readonly CancellationTokenSource stopping = new CancellationTokenSource();

        [SerializeField]
        [Tooltip("The server's address for HTTP, as it prints it.")]
        private string address = "http://localhost:50052";

        [SerializeField]
        [Tooltip("The server's token, if it wants one.")]
        private string token = "";

        [SerializeField]
        [Tooltip("Who takes part.")]
        private string participantId = "";

        [SerializeField]
        [Tooltip("Id of an experiment to go on with; empty to begin a new one.")]
        private string experimentId = "";

        [SerializeField]
        [Tooltip("Also write a CSV file with a row for each response, in the application's folder for data.")]
        private bool writeTable = true;

        /// <summary>The client.</summary>
        public AepsychClient Client { get; private set; }

        /// <summary>The experiment, once it is set up.</summary>
        public ExperimentSession Experiment { get; private set; }

        /// <summary>Runs the experiment, once it is set up: pauses it and resumes it.</summary>
        public ExperimentRunner Runner { get; private set; }

        /// <summary>Whether nothing is left to ask, and every response is with the server.</summary>
        public bool IsFinished { get; private set; }

        /// <summary>What the study is.</summary>
        protected abstract ExperimentConfig Study();

        /// <summary>Shows a trial and returns the participant's response. Runs on the main thread.</summary>
        protected abstract Task<Answer> ShowAsync(Trial trial, CancellationToken cancellation);

        /// <summary>Is called when the experiment is set up, before its first trial.</summary>
        protected virtual void OnReady()
        {
            Debug.Log($"Experiment {Experiment.ExperimentId}", this);
        }

        /// <summary>Is called when nothing is left to ask.</summary>
        protected virtual void OnFinished()
        {
        }

        /// <summary>Is called while no server answers, before each further try.</summary>
        protected virtual void OnServerMissing(AepsychException error)
        {
            Debug.LogWarning(error.Message, this);
        }

        /// <summary>Is called when the experiment can't go on.</summary>
        protected virtual void OnFailed(Exception error)
        {
            Debug.LogException(error, this);
        }

        private async void Start()
        {
            try
            {
                await RunAsync(stopping.Token);
                IsFinished = true;
                OnFinished();
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // The scene has ended; the experiment goes on when its id is given.
            }
            catch (Exception error)
            {
                OnFailed(error);
            }
        }

        private void OnDestroy()
        {
            stopping.Cancel();
            Client?.Dispose();
        }

        private async Task RunAsync(CancellationToken cancellation)
        {
            string folder = Application.persistentDataPath;
            Client = new AepsychClient(
                address, new ClientOptions { Token = token, JournalPath = Path.Combine(folder, "aepsych-tells.journal") });
            Experiment = experimentId.Length > 0
                ? await Client.OpenAsync(experimentId, cancellation)
                : await Client.SetupAsync(Study(), participantId, cancellation);
            Runner = new ExperimentRunner(Client, Experiment, ShowAsync);
            Runner.ServerMissing += (error, pause) => OnServerMissing(error);
            OnReady();
            if (!writeTable)
            {
                await Runner.RunAsync(cancellation);
                return;
            }
            using (var table = new TrialTable(Path.Combine(folder, Experiment.ExperimentId + ".csv"), Experiment))
            {
                Runner.TrialTold += table.Add;
                await Runner.RunAsync(cancellation);
            }
        }
    }
}
#endif
