namespace Packetboat.Tests.Commands;

/// <summary>Tests that look at what commands print: none of them beside another that prints.</summary>
[CollectionDefinition(nameof(OneConsole), DisableParallelization = true)]
public sealed class OneConsole;
