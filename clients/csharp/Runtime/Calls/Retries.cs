using System;

namespace AepsychGrpc
{
    /// <summary>
    /// When a call is sent again: after Unavailable (a server that restarts) and Aborted (one that lost a race for the
    /// database). Every call may be, because the server recognises it by its ids or it changes nothing. It is never sent
    /// again after DeadlineExceeded: the caller's time is up.
    /// </summary>
    public sealed class Retries
    {
        private readonly Random random = new Random();

        /// <summary>Times that a call is sent in all, at least 1. The default goes on for 7 to 14 s.</summary>
        public int Attempts { get; set; } = 10;

        /// <summary>Pause before the first re-sending; twice as long before each further one.</summary>
        public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(100);

        /// <summary>Longest pause.</summary>
        public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(3);

        /// <summary>
        /// For how long calls to a server that has never answered are sent again: time for one that is just starting,
        /// and not too long for a wrong address.
        /// </summary>
        public TimeSpan FirstContact { get; set; } = TimeSpan.FromSeconds(3);

        internal static bool Helps(AepsychException error)
        {
            return error.Code == StatusCode.Unavailable || error.Code == StatusCode.Aborted;
        }

        /// <summary>The pause before re-sending number k, from 0; drawn, so that clients do not come back together.</summary>
        internal TimeSpan Pause(int k)
        {
            double draw;
            lock (random)
            {
                draw = random.NextDouble();
            }
            double longest = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, k), LongestPause.TotalSeconds);
            return TimeSpan.FromSeconds(longest * (0.5 + draw / 2));
        }
    }
}
