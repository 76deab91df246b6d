using DpoSt.Hub;
using DpoSt.Models.Parameters;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Models.Checkpoints;

/// <summary>The weights of a Hugging Face model folder: model.safetensors, or shards named by an index. Memory-mapped.</summary>
internal sealed class HubCheckpoint : IDisposable
{
    private readonly Dictionary<string, SafeTensorsFile> owner = new(StringComparer.Ordinal);
    private readonly List<SafeTensorsFile> files = [];

    private HubCheckpoint(string folder) => Folder = folder;
    public string Folder { get; }

    /// <summary>Opens a folder's weights.</summary>
    /// <exception cref="UserErrorException">There are none, they are pickled, or a file breaks the format.</exception>
    public static HubCheckpoint Open(string folder)
    {
        var checkpoint = new HubCheckpoint(folder);
        try
        {
            foreach (var file in WeightFiles(folder))
            {
                var opened = SafeTensorsFile.Open(file);
                checkpoint.files.Add(opened);
                foreach (var name in opened.Entries.Keys)
                {
                    if (!checkpoint.owner.TryAdd(name, opened))
                    {
                        throw new UserErrorException(
                            $"tensor '{name}' is in {checkpoint.owner[name].Path} and in {file}: download the model again.");
                    }
                }
            }

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
    public void LoadInto(ParameterSet parameters, Func<string, bool> mayIgnore)
    {
        Check(parameters.Specs, mayIgnore);
        using var _ = no_grad();
        foreach (var buffer in parameters.Buffers)
        {
            var offset = 0L;
            foreach (var (spec, slice) in buffer.Specs.SelectMany(spec => spec.Slices.Select(slice => (spec, slice))))
            {
                using var scope = NewDisposeScope();
                buffer.Put(offset, owner[slice.Name].View(slice.Name).view(-1));
                offset += slice.Rows * spec.Count / spec.Shape[0];
            }
        }
    }

    private void Copy(ParameterSpec spec, Tensor to)
    {
        var row = 0L;
        foreach (var slice in spec.Slices)
        {
            using var scope = NewDisposeScope();
            to.narrow(0, row, slice.Rows).copy_(owner[slice.Name].View(slice.Name));
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
        if (spec.Slices is [var whole] && owner[whole.Name].View(whole.Name) is { dtype: ScalarType.Float32 } view)
        {
            return view;
        }

        var copy = scratch is null ? empty(spec.Shape) : scratch.narrow(0, 0, spec.Count).view(spec.Shape);
        Copy(spec, copy);
        return copy;
    }

    /// <summary>Maps a parameter's pages at once, not one by one as they are touched.</summary>
    public void Prefetch(ParameterSpec spec)
    {
        foreach (var slice in spec.Slices)
        {
            owner[slice.Name].Prefetch(slice.Name);
        }
    }

    /// <summary>Gives the memory that pages of a parameter take back to the system; they are read again when touched.</summary>
    public void Release(ParameterSpec spec)
    {
        foreach (var slice in spec.Slices)
        {
            owner[slice.Name].Release(slice.Name);
        }
    }

    /// <summary>Checks names, shapes and types against what a model asks for.</summary>
    /// <exception cref="UserErrorException">Lists every missing and unexpected name and every wrong shape.</exception>
    public void Check(IReadOnlyList<ParameterSpec> specs, Func<string, bool> mayIgnore)
    {
        var problems = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (spec, slice) in specs.SelectMany(spec => spec.Slices.Select(slice => (spec, slice))))
        {
            known.Add(slice.Name);
            long[] shape = [slice.Rows, .. spec.Shape[1..]];
            if (!owner.TryGetValue(slice.Name, out var file))
            {
                problems.Add($"'{slice.Name}' is missing");
            }
            else if (!file.Entries[slice.Name].Shape.SequenceEqual(shape))
            {
                problems.Add(
                    $"'{slice.Name}' has shape [{string.Join(", ", file.Entries[slice.Name].Shape)}] where config.json asks for "
                    + $"[{string.Join(", ", shape)}]");
            }
            else if (SafeTensorsType.ToScalarType(file.Entries[slice.Name].DType) is not (
                ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64))
            {
                problems.Add($"'{slice.Name}' has dtype {file.Entries[slice.Name].DType}");
            }
        }

        problems.AddRange(owner.Keys.Where(name => !known.Contains(name) && !mayIgnore(name)).Select(name => $"'{name}' is unexpected"));
        if (problems.Count > 0)
        {
            throw new UserErrorException($"the weights in {Folder} do not fit its config.json: {string.Join("; ", problems)}.");
        }
    }

    private static IReadOnlyList<string> WeightFiles(string folder)
    {
        var single = Path.Combine(folder, CheckpointFiles.Weights);
        var index = Path.Combine(folder, CheckpointFiles.Index);
        return File.Exists(single) ? [single]
            : File.Exists(index) ? Shards(folder, index)
            : throw CheckpointFiles.NoWeights(folder, name => File.Exists(Path.Combine(folder, name)));
    }

    private static string[] Shards(string folder, string index)
    {
        var names = CheckpointFiles.Shards(ReadIndex(index), index);
        var absent = names.Where(name => !File.Exists(Path.Combine(folder, name))).ToArray();
        return absent.Length == 0
            ? [.. names.Select(name => Path.Combine(folder, name))]
            : throw new UserErrorException(
                $"{index} names shards that are not in its folder ({string.Join(", ", absent)}): download the model again.");
    }

    private static byte[] ReadIndex(string index)
    {
        try
        {
            return File.ReadAllBytes(index);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{index} cannot be read ({FileProblem.Of(index, e)}): check the path and its permissions.", e);
        }
    }
}
