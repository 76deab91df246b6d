using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DpoSt.Tensors.Native;

/// <summary>Loads libtorch and TorchSharp's native half. On Linux this must happen in a fixed order and before TorchSharp's first use,
/// because the packaged <c>libLibTorchSharp.so</c> asks for a newer libstdc++ than Debian 12 carries (docs/adr/0003). It happens by itself,
/// as soon as the TorchSharp assembly is loaded; <see cref="EnsureLoaded"/> only turns a failure into a sentence.</summary>
internal static partial class NativeLibraries
{
    /// <summary>The environment variable that names another libtorch's folder, such as a PyTorch's <c>torch/lib</c>.</summary>
    public const string FolderVariable = "DPOST_LIBTORCH";

    /// <summary>The libtorch release that TorchSharp's native half was built against.</summary>
    public const string ExpectedVersion = "2.10";

    private static readonly Lock Gate = new();
    private static nint torchCpu;
    private static bool attempted;
    private static UserErrorException? failure;

    /// <summary>The folder libtorch was loaded from; null before loading or where the system's loader chose it.</summary>
    public static string? Folder { get; private set; }

    /// <summary>libtorch's version as its C ABI reports it, such as <c>2.10.0</c>; null before loading.</summary>
    public static string? Version { get; private set; }

    /// <summary>Loads the native libraries once.</summary>
    /// <exception cref="UserErrorException">They cannot be loaded; the sentence says which and what to do.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (!attempted)
            {
                attempted = true;
                Attempt();
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    // CA2255: a module initializer is the only place that runs before any entry point (program, tests, benchmarks) touches TorchSharp.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register()
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
        {
            if (loaded.LoadedAssembly.GetName().Name == "TorchSharp")
            {
                LoadQuietly();
            }
        };
        if (Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name == "TorchSharp"))
        {
            LoadQuietly();
        }
    }

    private static void LoadQuietly()
    {
        try
        {
            EnsureLoaded();
        }
        catch (UserErrorException)
        {
            // Kept in `failure`: the first caller of EnsureLoaded gets the sentence instead of a type initializer's trace.
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Aten.Library)
        {
            return 0;
        }

        EnsureLoaded();
        return torchCpu;
    }

    private static void Attempt()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                LinuxLoader.Load();
            }

            torchCpu = Folder is null
                ? NativeLibrary.Load(Aten.PlatformLibrary) : NativeLibrary.Load(Path.Combine(Folder, Aten.PlatformLibrary));
            Version = Aten.LibraryVersion();
            if (Version is null || !Version.StartsWith(ExpectedVersion + ".", StringComparison.Ordinal))
            {
                var found = Version is null ? "a version without the stable C ABI" : Version;
                failure = new UserErrorException(
                    $"libtorch in {Folder ?? "the system's search path"} is {found}, but TorchSharp here needs {ExpectedVersion}: " +
                    $"point {FolderVariable} at the torch/lib of a PyTorch {ExpectedVersion}, or unset it to use the packaged one.");
            }
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException or EntryPointNotFoundException)
        {
            failure = new UserErrorException(
                $"libtorch could not be loaded ({FirstLine(e.Message)}): restore the packages again, "
                + $"or point {FolderVariable} at a libtorch {ExpectedVersion}.",
                e);
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('.', ' ', '\r');

    /// <summary>The order that works on Linux: libtorch's parts first, then TorchSharp's own half, patched only where it must be.</summary>
    private static partial class LinuxLoader
    {
        /// <summary>How often an idle OpenMP thread looks for work before it sleeps; its own 300,000 ruins all other processes.</summary>
        private const string SpinCount = "20000";

        private static readonly string[] Required = ["libc10.so", "libtorch_cpu.so"];
        private static readonly string[] Optional = ["libc10_cuda.so", "libtorch_cuda.so"];

        public static void Load()
        {
            var packaged = PackagedFolders().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "libLibTorchSharp.so")));
            var chosen = Environment.GetEnvironmentVariable(FolderVariable);
            if (!string.IsNullOrEmpty(chosen) && !File.Exists(Path.Combine(chosen, Required[1])))
            {
                throw new DllNotFoundException($"{FolderVariable} is {chosen}, which holds no {Required[1]}");
            }

            var folder = string.IsNullOrEmpty(chosen)
                ? PackagedFolders().FirstOrDefault(f => File.Exists(Path.Combine(f, Required[1]))) : chosen;
            if (packaged is null || folder is null)
            {
                throw new DllNotFoundException($"{(packaged is null ? "libLibTorchSharp.so" : Required[1])} is not beside the program");
            }

            Folder = folder;
            // Read once, when the OpenMP runtime is loaded; what the user has set stays.
            NativeEnvironment.Set("GOMP_SPINCOUNT", SpinCount, overwrites: false);
            NativeMemoryPool.KeepFreed();
            NativeLibrary.Load(Path.Combine(folder, Required[0]));
            NativeLibrary.Load(Path.Combine(folder, Required[1]));
            foreach (var file in Optional.Select(name => Path.Combine(folder, name)).Where(File.Exists))
            {
                NativeLibrary.Load(file);
            }

            NativeLibrary.Load(Path.Combine(folder, "libtorch.so"));
            LoadTorchSharp(Path.Combine(packaged, "libLibTorchSharp.so"));
        }

        private static void LoadTorchSharp(string file)
        {
            if (NativeLibrary.TryLoad(file, out _))
            {
                return;
            }

            // Not a cached copy: a file somebody else could have put in a shared temporary folder must never be loaded.
            var folder = Directory.CreateTempSubdirectory("dpost-");
            try
            {
                var copy = Path.Combine(folder.FullName, Path.GetFileName(file));
                var image = File.ReadAllBytes(file);
                ElfVersionNeeds.Weaken(image, "GLIBCXX_3.4.32");
                File.WriteAllBytes(copy, image);
                NativeLibrary.Load(copy);
            }
            finally
            {
                folder.Delete(recursive: true);      // a mapped library outlives its name
            }
        }

        private static IEnumerable<string> PackagedFolders()
        {
            var rid = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
            yield return Path.Combine(AppContext.BaseDirectory, "runtimes", rid, "native");
            yield return AppContext.BaseDirectory;
            foreach (var folder in (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(':',
                StringSplitOptions.RemoveEmptyEntries))
            {
                yield return folder;
            }
        }
    }
}
