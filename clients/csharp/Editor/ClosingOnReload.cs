using UnityEditor;

namespace AepsychGrpc.Editor
{
    /// <summary>Closes all clients before scripts are reloaded and when play mode ends: the editor freezes otherwise.</summary>
    [InitializeOnLoad]
    internal static class ClosingOnReload
    {
        static ClosingOnReload()
        {
            AssemblyReloadEvents.beforeAssemblyReload += OpenClients.CloseAll;
            EditorApplication.quitting += OpenClients.CloseAll;
            EditorApplication.playModeStateChanged += CloseAtEndOfPlay;
        }

        internal static void CloseAtEndOfPlay(PlayModeStateChange change)
        {
            if (change == PlayModeStateChange.ExitingPlayMode)
            {
                OpenClients.CloseAll();
            }
        }
    }
}
