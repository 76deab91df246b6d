using DpoSt.Models.Parameters;
using static TorchSharp.torch;

namespace DpoSt.Models.Adapters;

/// <summary>Which matrices of a model an adapter changes, as parameters of their own. A matrix that stands for several of the checkpoint
/// (query, key and value) has one A, whose rows are those of each below each other, and a B for each.</summary>
internal sealed class LoraWeights
{
    private const string Prefix = "base_model.model.";
    private const string Weight = ".weight";
    private static readonly string[] Usual = ["q_proj", "v_proj", "qkv_proj", "q", "v"];

    private readonly Dictionary<string, Change> changes = new(StringComparer.Ordinal);

    private LoraWeights(LoraOptions options) => Options = options;

    /// <summary>Rank, scale and modules.</summary>
    public LoraOptions Options { get; }

    /// <summary>The parameters that are trained, in the order of those that they change.</summary>
    public IReadOnlyList<ParameterSpec> Specs => [.. changes.Values.SelectMany(change => (ParameterSpec[])[change.A, .. change.B])];

    /// <summary>The last parts of the names of the modules that change.</summary>
    public IReadOnlyList<string> Modules =>
        [.. Specs.SelectMany(spec => spec.Slices).Select(slice => slice.Name.Split('.')[^3]).Distinct(StringComparer.Ordinal)];

    /// <summary>What PEFT is told to change: the names that were asked for, where they say it exactly.</summary>
    public IReadOnlyList<string> Targets =>
        Options.TargetModules is { } asked && !asked.Contains(LoraOptions.AllLinear, StringComparer.Ordinal) ? asked : Modules;

    /// <summary>The adapter of a model with these parameters.</summary>
    /// <param name="source">Who asks for it, as an error names it.</param>
    /// <exception cref="UserErrorException">No module has one of the names, or it cannot be changed.</exception>
    public static LoraWeights Of(IReadOnlyList<ParameterSpec> model, LoraOptions options, string source)
    {
        var weights = new LoraWeights(options);
        var wanted = options.TargetModules ?? Usual;
        var all = wanted.Contains(LoraOptions.AllLinear, StringComparer.Ordinal);
        foreach (var spec in model.Where(IsLinear))
        {
            var row = 0L;
            List<Part> parts = [];
            foreach (var slice in spec.Slices)
            {
                if (all ? spec.Name != "head" : wanted.Any(name => IsNamed(slice.Name, name)))
                {
                    parts.Add(new Part(slice, row));
                }

                row += slice.Rows;
            }

            if (parts.Count > 0)
            {
                weights.changes.Add(spec.Name, new Change(spec, parts, options));
            }
        }

        string[] names = [.. model.Where(IsLinear).SelectMany(spec => spec.Slices).Select(slice => slice.Name.Split('.')[^2])
            .Distinct(StringComparer.Ordinal)];
        string[] unknown = all || options.TargetModules is null ? [] : [.. wanted.Where(name =>
            !model.Where(IsLinear).SelectMany(spec => spec.Slices).Any(slice => IsNamed(slice.Name, name)))];
        return unknown.Length > 0 || weights.changes.Count == 0
            ? throw new UserErrorException(
                $"{source}: the model has no matrix called {Shown.Quoted(string.Join(", ", unknown))} that an adapter could change; "
                + $"expected some of {string.Join(", ", names)}, or {LoraOptions.AllLinear}.")
            : weights;
    }

    /// <summary>What changes a matrix; null where nothing does.</summary>
    public Change? this[string name] => changes.GetValueOrDefault(name);

    /// <summary>Gives every A random numbers and every B zeros: a new adapter changes nothing.</summary>
    public void Initialise(ParameterSet adapter, ulong seed)
    {
        foreach (var buffer in adapter.Buffers)
        {
            var offset = 0L;
            foreach (var (spec, slice) in buffer.Specs.SelectMany(spec => spec.Slices.Select(slice => (spec, slice))))
            {
                using var scope = NewDisposeScope();
                using var generator = new Generator(CounterRandom.Bits(seed, CounterRandom.KeyOf(slice.Name)), CPU);
                var (rows, columns) = (slice.Rows, spec.Shape[1]);
                // Kaiming's bound for a root of 5 is one over the root of the inputs.
                var values = slice.Deviation == 0 ? zeros(rows * columns)
                    : Options.IsGaussian ? randn(rows * columns, generator: generator).mul_(1.0 / Options.R)
                    : rand(rows * columns, generator: generator).mul_(2).sub_(1).mul_(1 / Math.Sqrt(columns));
                buffer.Put(offset, values.to(buffer.Values.device));
                offset += rows * columns;
            }
        }
    }

    // Norms and biases are vectors, embeddings and position biases are shared.
    private static bool IsLinear(ParameterSpec spec) => spec is { Shape.Length: 2, Decay: true, IsShared: false };

    private static bool IsNamed(string tensor, string module) => tensor.EndsWith($".{module}{Weight}", StringComparison.Ordinal)
        || tensor == module + Weight;

    /// <summary>A matrix of the checkpoint that is changed, and the first row that it has in the model's.</summary>
    internal sealed record Part(HubSlice Slice, long Row);

    /// <summary>What changes one of the model's matrices.</summary>
    internal sealed class Change
    {
        public Change(ParameterSpec of, IReadOnlyList<Part> parts, LoraOptions options)
        {
            (Of, Parts, Scale) = (of, parts, options.Scale);
            A = ParameterSpec.Matrix($"{of.Name}.lora.A", of.Block, of.Shape[1],
                [.. parts.Select(part => new HubSlice($"{Module(part)}.lora_A.weight", options.R, 1))]);
            B = [.. parts.Select((part, i) => ParameterSpec.Matrix(
                $"{of.Name}.lora.B{i}", of.Block, options.R, new HubSlice($"{Module(part)}.lora_B.weight", part.Slice.Rows, 0)))];
        }

        /// <summary>The model's parameter.</summary>
        public ParameterSpec Of { get; }

        /// <summary>The parts of it that are changed, in order.</summary>
        public IReadOnlyList<Part> Parts { get; }

        /// <summary>What B A is multiplied by.</summary>
        public double Scale { get; }

        /// <summary>[parts r, K].</summary>
        public ParameterSpec A { get; }

        /// <summary>[N, r] for each part.</summary>
        public IReadOnlyList<ParameterSpec> B { get; }

        private static string Module(Part part) => Prefix + part.Slice.Name[..^Weight.Length];
    }
}
