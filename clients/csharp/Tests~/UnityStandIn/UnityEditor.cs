using System;

namespace UnityEditor
{
    public enum PlayModeStateChange
    {
        EnteredEditMode,
        ExitingEditMode,
        EnteredPlayMode,
        ExitingPlayMode,
    }

    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    public static class AssemblyReloadEvents
    {
        public static event Action beforeAssemblyReload;

        public static void Reload()
        {
            beforeAssemblyReload?.Invoke();
        }
    }

    public static class EditorApplication
    {
        public static event Action quitting;

        public static event Action<PlayModeStateChange> playModeStateChanged;

        public static void Play(PlayModeStateChange change)
        {
            playModeStateChanged?.Invoke(change);
            quitting?.Invoke();
        }
    }
}

namespace UnityEditor.Build
{
    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }
}

namespace UnityEditor.Build.Reporting
{
    public sealed class BuildReport
    {
    }
}

namespace UnityEditor.UnityLinker
{
    public sealed class UnityLinkerBuildPipelineData
    {
    }

    public interface IUnityLinkerProcessor : UnityEditor.Build.IOrderedCallback
    {
        string GenerateAdditionalLinkXmlFile(
            UnityEditor.Build.Reporting.BuildReport report, UnityLinkerBuildPipelineData data);
    }
}
