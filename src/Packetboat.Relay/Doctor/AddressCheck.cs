namespace Packetboat.Relay.Doctor;

/// <summary>From which address others see us.</summary>
internal sealed class AddressCheck : Check
{
    public override string Name => "address";

    public override string Title => "Own address";

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        IReadOnlyList<OwnAddress> own = await facts.OwnAsync();
        string seen = string.Join("; ", own.Select(one => $"{one.Address}, says {one.Witness}"));
        if (facts.Subject.HubTrouble is { } trouble)
            return Warning(
                own.Count == 0 ? "nobody has said how he sees us" : seen,
                $"the hub could not be asked: {trouble.TrimEnd('.')}",
                own.Count == 0 ? "If you know the address that mail leaves from, say --address" : ""
            );
        return own.Count == 0
            ? NotChecked("nobody has said how he sees us; if you know it, say --address, or ask a hub: --hub")
            : Ok(seen);
    }
}
