using System.Globalization;
using DpoSt.Planning;
using DpoSt.Training;
using Spectre.Console;
using static System.FormattableString;

namespace DpoSt.App.Console;

/// <summary>What training stages take, a column each, and whether that fits.</summary>
internal sealed class PlanView(
    IReadOnlyList<TrainingPlan> plans, SamplingMemory? sampling, IReadOnlyList<TrainingRate> rates, string device, long? free)
{
    private readonly List<(string Stage, long Needed, string Remedy)> remedies = free is { } room ? [.. Find(plans, sampling, room)] : [];

    /// <summary>Whether nothing is known not to fit.</summary>
    public bool Fits => remedies.Count == 0;

    /// <summary>For a program.</summary>
    public object Json() => new
    {
        stages = plans.Zip(rates, (p, rate) => new
        {
            stages = p.Stages,
            p.Objective,
            p.Model,
            p.Parameters,
            p.Examples,
            p.Lengths,
            p.BatchSize,
            p.GradientAccumulation,
            longest_prompt = p.Longest.Prompt,
            longest_completion = p.Longest.Completion,
            p.Bf16,
            p.GradientCheckpointing,
            memory_bytes = new
            {
                p.Memory.Weights,
                p.Memory.Gradients,
                p.Memory.Optimizer,
                p.Memory.Activations,
                p.Memory.Working,
                p.Memory.Allocator,
                p.Memory.Peak,
            },
            p.Steps,
            p.FlopsPerStep,
            p.Flops,
            measured_flops_per_second = rate.FlopsPerSecond,
            measured_updates_per_second = rate.UpdatesPerSecond,
            seconds_per_step = rate.Time(1, p.FlopsPerStep, p.Parameters).TotalSeconds,
            seconds = p.Time(rate)?.TotalSeconds,
        }),
        sampling,
        device,
        free_bytes = free,
        fits = Fits,
        remedies = remedies.Select(r => new { r.Stage, needed_bytes = r.Needed, r.Remedy }),
    };

    /// <summary>For a person; the last line says whether it fits.</summary>
    public void Write(CommandConsole console)
    {
        var table = new Table().RoundedBorder().AddColumn("");
        foreach (var plan in plans)
        {
            table.AddColumn(new TableColumn(Markup.Escape(string.Join(", ", plan.Stages))) { Alignment = Justify.Right });
        }

        foreach (var (name, value) in Rows())
        {
            table.AddRow(plans.Zip(rates, value).Prepend(name).Select(text => new Spectre.Console.Text(text)));
        }

        console.Results().Write(table);
        foreach (var plan in plans)
        {
            console.Out.WriteLine($"{plan.Stages[0]}: lengths are {plan.Lengths}.");
        }

        if (sampling is { } s)
        {
            console.Out.WriteLine(
                $"Sampling with {s.Slots} slots holds {Bytes.Text(s.Weights)} of weights and up to {Bytes.Text(s.Caches)} of caches.");
        }

        console.Out.WriteLine(
            "Rates: measured just now on this machine, as busy as it is: passes over one layer a stack of the model (halved where it is "
            + "large) and AdamW. Evaluation, resume states and loading come on top.");
        if (Fits)
        {
            var needed = plans.Max(p => p.Memory.Peak);
            console.Out.WriteLine(
                free is { } room
                    ? $"fits: needs {Bytes.Text(needed)}, {Bytes.Text(room)} is free"
                    : $"needs {Bytes.Text(needed)}; what is free on {device} is not known here");
        }

        foreach (var (stage, needed, remedy) in remedies)
        {
            console.Out.WriteLine(
                $"will not fit: {(sampling is null ? "" : stage + " ")}needs {Bytes.Text(needed)}, "
                + $"{Bytes.Text(free!.Value)} is free; {remedy}");
        }
    }

    private static IEnumerable<(string Stage, long Needed, string Remedy)> Find(
        IReadOnlyList<TrainingPlan> plans, SamplingMemory? sampling, long room)
    {
        foreach (var plan in plans)
        {
            if (plan.Remedy(room, sampling is null ? "" : plan.Objective + ".") is { } remedy)
            {
                yield return (plan.Stages[0], plan.Memory.Peak, remedy);
            }
        }

        if (sampling is { } s && s.Weights + s.Caches > room)
        {
            yield return (
                "sampling", s.Weights + s.Caches,
                s.Weights > room ? "use a smaller model" : $"set ++eval.slots={Math.Max(1, s.Slots * (room - s.Weights) / s.Caches)}");
        }
    }

    private static IEnumerable<(string Name, Func<TrainingPlan, TrainingRate, string> Value)> Rows() =>
    [
        ("parameters", (p, _) => Amount(p.Parameters)),
        ("examples", (p, _) => p.Examples is { } count ? $"{Number(count)} {(p.Objective == "dpo" ? "pairs" : "rows")}" : "not there yet"),
        ("micro-batch", (p, _) => $"{p.BatchSize}{(p.GradientAccumulation > 1 ? $", {p.GradientAccumulation} a step" : "")}"),
        ("longest prompt + completion", (p, _) => $"{p.Longest.Prompt} + {p.Longest.Completion} tokens"),
        ("products", (p, _) => p.Bf16 ? "bf16" : "fp32"),
        ("weights", (p, _) => Bytes.Text(p.Memory.Weights)),
        ("gradients", (p, _) => Bytes.Text(p.Memory.Gradients)),
        ("optimizer", (p, _) => Bytes.Text(p.Memory.Optimizer)),
        ("activations", (p, _) => $"{(p.GradientCheckpointing ? "(checkpointed) " : "")}{Bytes.Text(p.Memory.Activations)}"),
        ("work of the backward pass", (p, _) => Bytes.Text(p.Memory.Working)),
        ("held back by the allocator", (p, _) => Bytes.Text(p.Memory.Allocator)),
        ("peak", (p, _) => Bytes.Text(p.Memory.Peak)),
        ("steps", (p, _) => p.Steps is { } steps ? Number(steps) : "by its examples"),
        ("work of a step", (p, _) => Quantity.Flops(p.FlopsPerStep)),
        ("work in all", (p, _) => p.Flops is { } flops ? Quantity.Flops(flops) : ""),
        ("measured rate", (_, rate) => $"{Quantity.Flops(rate.FlopsPerSecond)}/s"),
        ("time of a step", (p, rate) => Quantity.Duration(rate.Time(1, p.FlopsPerStep, p.Parameters))),
        ("time in all", (p, rate) => p.Time(rate) is { } time ? Quantity.Duration(time) : ""),
    ];

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Amount(long count) => count >= 1_000_000_000
        ? Invariant($"{count / 1e9:0.00} billion")
        : Invariant($"{count / 1e6:0.00} million");
}
