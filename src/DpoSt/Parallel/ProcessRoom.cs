namespace DpoSt.Parallel;

/// <summary>How many processes a machine has room for: one a GPU where they compute there, else one a processor.</summary>
/// <param name="Processors">Those that this program may use.</param>
/// <param name="Gpus">Those that it sees.</param>
/// <param name="ComputesOnGpus">Whether the processes would compute there.</param>
internal sealed record ProcessRoom(int Processors, int Gpus, bool ComputesOnGpus)
{
    /// <summary>How many fit.</summary>
    public int Fit => ComputesOnGpus ? Gpus : Processors;

    /// <summary>Refuses more than fit.</summary>
    /// <param name="asked">Who asks, such as a file or an option.</param>
    /// <param name="processes">For how many.</param>
    /// <param name="wantsGpus">Whether they are meant for a GPU each.</param>
    /// <exception cref="UserErrorException">They do not fit.</exception>
    public void Check(string asked, int processes, bool wantsGpus)
    {
        if (processes <= Fit)
        {
            return;
        }

        throw new UserErrorException(ComputesOnGpus
            ? $"{asked} asks for {processes} processes with a GPU each, but {(Gpus == 1 ? "one is" : $"{Gpus} are")} here: "
                + $"use --nproc {Fit}, or --device cpu; the batch of the configuration stays what it is."
            : $"{asked} asks for {processes} processes{(wantsGpus ? " with a GPU each" : "")}, but here "
                + $"{(Processors == 1 ? "is" : "are")} {Counted.Of(Processors, "processor")}"
                + $"{(wantsGpus && Gpus == 0 ? " and no GPU" : "")}: "
                + $"use --nproc {Fit} (the batch of the configuration stays what it is), "
                + $"or insist with --force; {processes} would take turns.");
    }
}
