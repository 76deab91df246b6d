namespace DpoSt.Tensors.Devices;

/// <summary>How many processor threads computing takes.</summary>
internal static class ComputeThreads
{
    /// <summary>Sets the number for libtorch's kernels and for ours.</summary>
    /// <exception cref="UserErrorException">The number is not positive.</exception>
    public static void Use(int threads)
    {
        if (threads < 1)
        {
            throw new UserErrorException($"--threads is {threads}: use at least 1.");
        }

        CpuThreads.Use(threads);
    }
}
