using DpoSt.Hub;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Models.Checkpoints;

/// <summary>The weights of a Hugging Face model folder: model.safetensors, or shards named by an index. Memory-mapped.</summary>
internal sealed class HubCheckpoint : IDisposable
{
    private const int MostShown = 3;
    private const long ComparedAtOnce = 1 << 20;

    // By the name that is usual in the family; a file may hold a tensor under another.
    private readonly Dictionary<string, Source> sources = new(StringComparer.Ordinal);
    private readonly List<SafeTensorsFile> files = [];
    private readonly HubNaming naming;

    private HubCheckpoint(string folder, HubNaming naming) => (Folder, this.naming) = (folder, naming);

    public string Folder { get; }

    /// <summary>Whether the weights hold a head with other numbers than the embedding.</summary>
    public bool HasOwnHead => sources.ContainsKey(naming.Head) && !Equal(naming.Head, naming.Embedding);

    /// <summary>The types its tensors are kept in.</summary>
    public string Types => string.Join(
        " and ", sources.Values.Select(source => source.Entry.DType).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>Opens a folder's weights.</summary>
    /// <exception cref="UserErrorException">There are none, they are pickled, or a file breaks the format.</exception>
    public static HubCheckpoint Open(string folder, HubNaming naming)
    {
        var checkpoint = new HubCheckpoint(folder, naming);
        try
        {
            checkpoint.files.AddRange(WeightFiles(folder).Select(SafeTensorsFile.Open));
            var canonical = naming.Canonical(checkpoint.files.SelectMany(file => file.Entries.Keys).ToHashSet(StringComparer.Ordinal));
            foreach (var (file, name) in checkpoint.files.SelectMany(file => file.Entries.Keys.Select(name => (file, name))))
            {
                if (!checkpoint.sources.TryAdd(canonical(name), new Source(file, name)))
                {
                    throw new UserErrorException(
                        $"tensor '{name}' is in {checkpoint.sources[canonical(name)].File.Path} and in {file.Path}: "
                        + "download the model again.");
                }
            }

            checkpoint.CheckCopies();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Copies what of every tensor is kept here into its place of <paramref name="parameters"/>, converting floating-point types. Nothing
    /// is copied unless all fit.
    /// </summary>
    /// <exception cref="UserErrorException">Lists every missing and unexpected name and every wrong shape.</exception>
    public void LoadInto(ParameterSet parameters)
    {
        Check(parameters.Specs);
        using var _ = no_grad();
        foreach (var buffer in parameters.Buffers)
        {
            var offset = 0L;
            foreach (var (spec, slice) in buffer.Specs.SelectMany(spec => spec.Slices.Select(slice => (spec, slice))))
            {
                using var scope = NewDisposeScope();
                buffer.Put(offset, sources[slice.Name].View.view(-1));
                offset += slice.Rows * spec.Count / spec.Shape[0];
            }
        }
    }

    /// <summary>Whether all of a parameter is kept in bfloat16.</summary>
    public bool IsBf16(ParameterSpec spec) => spec.Slices.All(slice => sources[slice.Name].Entry.DType == "BF16");

    /// <summary>Copies a whole parameter into a tensor of its shape, converting floating-point types.</summary>
    public void CopyTo(Tensor to, ParameterSpec spec)
    {
        var row = 0L;
        foreach (var slice in spec.Slices)
        {
            using var scope = NewDisposeScope();
            to.narrow(0, row, slice.Rows).copy_(sources[slice.Name].View);
            row += slice.Rows;
        }
    }

    public void Dispose() => files.ForEach(file => file.Dispose());

    /// <summary>
    /// A whole parameter in fp32: a view of the file where it holds fp32, else a copy, in the first numbers of
    /// <paramref name="scratch"/> where one is given.
    /// </summary>
    public Tensor Read(ParameterSpec spec, Tensor? scratch = null)
    {
        if (spec.Slices is [var whole] && sources[whole.Name].View is { dtype: ScalarType.Float32 } view)
        {
            return view;
        }

        var copy = scratch is null ? empty(spec.Shape) : scratch.narrow(0, 0, spec.Count).view(spec.Shape);
        CopyTo(copy, spec);
        return copy;
    }

    /// <summary>Maps a parameter's pages at once, not one by one as they are touched.</summary>
    public void Prefetch(ParameterSpec spec)
    {
        foreach (var slice in spec.Slices)
        {
            sources[slice.Name].File.Prefetch(sources[slice.Name].Name);
        }
    }

    /// <summary>Gives the memory that pages of a parameter take back to the system; they are read again when touched.</summary>
    public void Release(ParameterSpec spec)
    {
        foreach (var slice in spec.Slices)
        {
            sources[slice.Name].File.Release(sources[slice.Name].Name);
        }
    }

    /// <summary>Checks names, shapes and types against what a model asks for.</summary>
    /// <exception cref="UserErrorException">Says how many names are missing and unexpected and shapes wrong, with the first of
    /// them.</exception>
    public void Check(IReadOnlyList<ParameterSpec> specs)
    {
        var slices = specs.SelectMany(spec => spec.Slices.Select(slice => (slice.Name, Shape: (long[])[slice.Rows, .. spec.Shape[1..]])))
            .ToList();
        var known = slices.Select(slice => slice.Name).ToHashSet(StringComparer.Ordinal);
        string[] problems =
        [
            .. slices.Select(slice => Problem(slice.Name, slice.Shape)).OfType<string>(),
            .. sources.Keys.Where(name => !known.Contains(name) && !naming.MayIgnore(name))
                .Select(name => $"'{name}' is unexpected ({naming.KeysOf(name)})"),
        ];
        if (problems.Length > 0)
        {
            var more = problems.Length > MostShown ? $"; and {problems.Length - MostShown} more" : "";
            throw new UserErrorException(
                $"the weights in {Folder} do not fit its config.json: {string.Join("; ", problems.Take(MostShown))}{more}. "
                + "Expected the weights "
                + "that this config.json describes: download both again, or correct the fields named.");
        }
    }

    private string? Problem(string name, long[] shape)
    {
        if (!sources.TryGetValue(name, out var source))
        {
            return $"'{name}' is missing ({naming.KeysOf(name)})";
        }

        if (!source.Entry.Shape.SequenceEqual(shape))
        {
            return $"'{name}' has shape [{string.Join(", ", source.Entry.Shape)}] where config.json asks for "
                + $"[{string.Join(", ", shape)}] ({naming.KeysOf(name)})";
        }

        return SafeTensorsType.ToScalarType(source.Entry.DType) is
            ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64
            ? null : $"'{name}' has dtype {source.Entry.DType}";
    }

    private void CheckCopies()
    {
        foreach (var copy in naming.Copies.Where(sources.ContainsKey).Where(copy => !Equal(copy, naming.Embedding)))
        {
            throw new UserErrorException(
                $"the weights in {Folder} hold a '{copy}' of their own, other than '{naming.Embedding}': "
                + "a model with several embeddings is not supported.");
        }
    }

    // Part by part: most that differ do so at once, and an embedding may take gigabytes.
    private bool Equal(string one, string other)
    {
        using var scope = NewDisposeScope();
        if (!sources.TryGetValue(one, out var a) || !sources.TryGetValue(other, out var b)
            || !a.Entry.Shape.SequenceEqual(b.Entry.Shape) || a.Entry.DType != b.Entry.DType)
        {
            return false;
        }

        var (x, y) = (a.View.view(-1), b.View.view(-1));
        for (long from = 0, count = x.numel(); from < count; from += ComparedAtOnce)
        {
            using var part = NewDisposeScope();
            var length = Math.Min(ComparedAtOnce, count - from);
            if (!x.narrow(0, from, length).equal(y.narrow(0, from, length)).all().item<bool>())
            {
                return false;
            }
        }

        return true;
    }

    private static IReadOnlyList<string> WeightFiles(string folder)
    {
        var single = Path.Combine(folder, CheckpointFiles.Weights);
        var index = Path.Combine(folder, CheckpointFiles.Index);
        return IsThere(single) ? [single]
            : IsThere(index) ? Shards(folder, index)
            : throw CheckpointFiles.NoWeights(folder, Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)));

        // A link that leads nowhere is there: opening it says so.
        static bool IsThere(string path) => File.Exists(path) || FileProblem.LinkOf(path) is not null;
    }

    private static string[] Shards(string folder, string index)
    {
        var names = CheckpointFiles.Shards(ReadIndex(index), index);
        var absent = names.Where(name => !File.Exists(Path.Combine(folder, name))).ToArray();
        return absent.Length == 0
            ? [.. names.Select(name => Path.Combine(folder, name))]
            : throw new UserErrorException($"{index} names {absent.Length} of {names.Count} shards that are not in its folder "
                + $"({string.Join(", ", absent.Take(MostShown))}): download the model again.");
    }

    private static byte[] ReadIndex(string index)
    {
        try
        {
            return WholeFile.ReadBytes(index);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{index} cannot be read ({FileProblem.Of(index, e)}): check the path and its permissions.", e);
        }
    }

    // Where a tensor is kept.
    private sealed record Source(SafeTensorsFile File, string Name)
    {
        public SafeTensorsEntry Entry => File.Entries[Name];
        public Tensor View => File.View(Name);
    }
}
