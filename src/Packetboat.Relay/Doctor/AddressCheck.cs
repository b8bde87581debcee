namespace Packetboat.Relay.Doctor;

/// <summary>From which address others see us.</summary>
internal sealed class AddressCheck : Check
{
    public override string Name => "address";

    public override string Title => "Own address";

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        IReadOnlyList<OwnAddress> own = await facts.OwnAsync();
        return own.Count == 0
            ? NotChecked("nobody has said how he sees us; if you know it, say --address, or ask a hub: --hub")
            : Ok(string.Join("; ", own.Select(one => $"{one.Address}, says {one.Witness}")));
    }
}
