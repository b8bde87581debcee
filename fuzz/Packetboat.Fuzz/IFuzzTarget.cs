namespace Packetboat.Fuzz;

/// <summary>A parser, or a whole conversation, and what must hold whatever it is given.</summary>
internal interface IFuzzTarget
{
    /// <summary>As on the command line, and its folder in <c>Corpus</c>.</summary>
    string Name { get; }

    /// <summary>What the input stands for.</summary>
    string What { get; }

    /// <summary>Words of this target's language, for the mutator to throw in.</summary>
    IReadOnlyList<string> Words => [];

    /// <summary>Takes any input.</summary>
    /// <returns>What kind of thing came of it. An input that gives a new kind is worth keeping, and worth changing further.</returns>
    /// <exception cref="FindingException">Something does not hold. Any other exception is a finding too.</exception>
    int Try(ReadOnlySpan<byte> input);
}
