using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Queue;

/// <summary>Places that new mail gets before it is on the disk.</summary>
public sealed partial class DeliveryScheduler
{
    /// <summary>Places for one message, by lane.</summary>
    private sealed class Reservation(DeliveryScheduler scheduler, QueuedMessage message) : IReservation
    {
        private readonly List<(Lane Lane, DeliveryItem Item)> _claimed = [];
        private readonly List<NewRecipient> _recipients = [];
        private bool _leavesWork;

        public IReadOnlyList<NewRecipient> Recipients => _recipients;

        /// <summary>Under the lock.</summary>
        public void Add(Lane lane, QueuedRecipient[] to, bool isClaimed, DateTimeOffset due, HeldContent? content)
        {
            RecipientState state = isClaimed ? RecipientState.Claimed : RecipientState.Waiting;
            QueuedRecipient[] counted = isClaimed ? [.. to.Select(r => r with { Attempts = 1 })] : to;
            foreach (QueuedRecipient recipient in counted)
            {
                var stored = new NewRecipient(recipient, lane.Name, state, due);
                _recipients.Add(
                    lane.Route is Route.Relay { IsDetour: true }
                        ? new DetouredRecipient(stored, scheduler.WhyBy(lane.Route, message, recipient.Address))
                        : stored
                );
            }

            _leavesWork |= !isClaimed;
            if (!isClaimed)
                return;
            scheduler._contentBytes += content?.Room ?? 0;
            _claimed.Add((lane, new DeliveryItem(message, counted, lane.Name, content?.Hold())));
        }

        public void Start()
        {
            foreach ((Lane lane, DeliveryItem item) in _claimed)
                scheduler.Enqueue(lane, item);
            if (!_leavesWork)
                return;
            scheduler.Kick();
            scheduler.NoteDue(scheduler._time.GetUtcNow());
        }

        public void Cancel()
        {
            foreach ((Lane lane, DeliveryItem item) in _claimed)
                scheduler.Release(lane, item);
        }
    }
}
