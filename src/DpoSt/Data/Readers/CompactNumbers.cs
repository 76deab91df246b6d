namespace DpoSt.Data.Readers;

/// <summary>Numbers of Thrift's compact protocol: seven bits a byte, the lowest first.</summary>
internal static class CompactNumbers
{
    /// <summary>Reads one, byte by byte.</summary>
    /// <param name="next">The next byte.</param>
    /// <param name="endless">What is said of one that does not end within 64 bits.</param>
    /// <exception cref="InvalidDataException">It does not end.</exception>
    public static ulong Read(Func<int> next, string endless)
    {
        var bits = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var read = next();
            bits |= (ulong)(read & 0x7F) << shift;
            if (read < 0x80)
            {
                return bits;
            }
        }

        throw new InvalidDataException(endless);
    }
}
