using DpoSt.Hub;
using DpoSt.Models.Adapters;

namespace DpoSt.App.Serve;

/// <summary>The models of a server: some that are loaded from the beginning, and those of a folder, of which the one last asked for is
/// loaded. What a training writes there meanwhile is found.</summary>
/// <param name="always">Loaded from the beginning.</param>
/// <param name="folder">Whose folders are models too; null is none.</param>
/// <param name="load">Loads one of them, from its folder.</param>
internal sealed class ModelShelf(
    IReadOnlyList<ServedModel> always, string? folder = null, Func<string, ServedModel>? load = null) : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private readonly SemaphoreSlim door = new(1);
    private (ServedModel Model, DateTime Written)? last;
    private int users;

    /// <summary>The ids of all models.</summary>
    public IReadOnlyList<string> Names =>
        [.. always.Select(model => model.Name).Union(Folders().Select(f => Path.GetFileName(f)!), StringComparer.Ordinal)];

    /// <summary>What is loaded now.</summary>
    public IReadOnlyList<ServedModel> Loaded => last is { } one ? [.. always, one.Model] : always;

    /// <summary>An id that is known.</summary>
    /// <exception cref="RequestException">It is not.</exception>
    public string Known(string? name) => name is not null && Names.Contains(name, StringComparer.Ordinal) ? name
        : throw new RequestException(
            404, $"model is {(name is null ? "not given" : Shown.Quoted(name))}; there {(Names.Count == 1 ? "is" : "are")} "
            + $"{Shown.Text(string.Join(", ", Names))} here.", "model", "model_not_found");

    /// <summary>Takes a model for the time of a request; where there is only one, it needs no name.</summary>
    /// <exception cref="RequestException">There is no such model.</exception>
    /// <exception cref="UserErrorException">It cannot be loaded.</exception>
    public async Task<Taken> TakeAsync(string? name, CancellationToken cancel)
    {
        name = name is null && Names is [var only] ? only : Known(name);
        if (always.FirstOrDefault(model => model.Name == name) is { } there)
        {
            return new Taken(there, () => { });
        }

        while (true)
        {
            await door.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                var path = Path.Combine(folder!, name);
                var isLoaded = last is { } one && one.Model.Name == name && one.Written == Written(path);
                if (isLoaded || users == 0)
                {
                    if (!isLoaded)
                    {
                        last?.Model.Live.Dispose();
                        last = null;
                        last = (load!(path), Written(path));
                    }

                    Interlocked.Increment(ref users);
                    return new Taken(last!.Value.Model, () => Interlocked.Decrement(ref users));
                }
            }
            finally
            {
                door.Release();
            }

            await Task.Delay(LookAgain, cancel).ConfigureAwait(false);             // others still ask the one that is loaded
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in Loaded)
        {
            model.Live.Dispose();
        }

        door.Dispose();
    }

    private static DateTime Written(string path) => Directory.EnumerateFiles(path).Max(File.GetLastWriteTimeUtc);

    private IEnumerable<string> Folders() => folder is null || !Directory.Exists(folder) ? []
        : Directory.EnumerateDirectories(folder).Where(IsModel).Order(StringComparer.Ordinal);

    private static bool IsModel(string path) => AdapterFolder.Is(path)
        || Array.Exists(CheckpointFiles.WeightFiles, name => File.Exists(Path.Combine(path, name)));

    /// <summary>A model that is being asked.</summary>
    internal sealed class Taken(ServedModel model, Action leave) : IDisposable
    {
        public ServedModel Model => model;

        /// <inheritdoc/>
        public void Dispose() => leave();
    }
}
